#include "bitline/options/train_config.h"

#include "bitline/options/field_reader.h"

namespace bitline {

TrainConfig read_train(const ConfigTable& table) {
  TrainConfig train;
  read_fields(table, train);
  validate(train.options, "train");
  return train;
}

RetrainConfig default_retraining(const TrainConfig& train) {
  constexpr double kSmallerRate = 0.1;
  RetrainConfig retrain;
  retrain.train = train;
  retrain.train.options.epochs = 25;
  retrain.train.options.learning_rate *= kSmallerRate;
  retrain.train.output = "retrained.safetensors";
  return retrain;
}

RetrainConfig read_retrain(const ConfigTable& table, const TrainConfig& train) {
  RetrainConfig retrain = default_retraining(train);
  read_fields(table, retrain);
  validate(retrain.train.options, "retrain");
  return retrain;
}

}  // namespace bitline

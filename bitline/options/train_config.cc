#include "bitline/options/train_config.h"

#include "bitline/base/fail.h"
#include "bitline/options/field_reader.h"

namespace bitline {
namespace {

void validate(const TrainConfig& train, std::string_view table) {
  bitline::validate(train.options, table);
  if (!(train.learning_rate.value > 0))
    fail_usage("{}.learning_rate = {} must be positive", table, train.learning_rate.value);
}

}  // namespace

TrainConfig read_train(const ConfigTable& table) {
  TrainConfig train;
  read_fields(table, train);
  validate(train, "train");
  return train;
}

RetrainConfig default_retraining(const TrainConfig& train) {
  constexpr double kSmallerRate = 0.1;
  RetrainConfig retrain;
  retrain.train = train;
  retrain.train.options.epochs = 25;
  LearningRate& rate = retrain.train.learning_rate;
  if (rate.by == LearningRate::By::kValue) rate = {LearningRate::By::kNetwork, rate.value};
  rate.value *= kSmallerRate;
  retrain.train.output = "retrained.safetensors";
  return retrain;
}

RetrainConfig read_retrain(const ConfigTable& table, const TrainConfig& train) {
  RetrainConfig retrain = default_retraining(train);
  read_fields(table, retrain);
  validate(retrain.train, "retrain");
  return retrain;
}

}  // namespace bitline

// The rows of a run's table: each network and plan measured against the lossless network.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "bitline/data/dataset.h"
#include "bitline/options/run_config.h"
#include "bitline/record/result_row.h"
#include "bitline/record/run_summary.h"
#include "bitline/record/unfinished_run.h"
#include "bitline/run/run_stages.h"
#include "bitline/study/evaluation.h"

namespace bitline {

/// Evaluates on the test set, on the search sample, and on training images that neither the search
/// nor the training has seen (ResultRow::validation_accuracy).
class RunRows {
 public:
  /// Rows are compared with the network `lossless`. Everything has to outlive this.
  RunRows(const RunConfig& config, const Network& lossless, const Dataset& sample,
          RunStages& stages, const Job& job);

  RunImages images() const;
  const Dataset& test_images() const { return test_images_; }
  const std::string& test_hash() const { return test_.hash; }
  /// That retraining learns from; 0 where the run does not retrain.
  std::int64_t training_images() const { return training_images_; }
  /// Points lost on the images that the row's plan is judged on; the test images are not read.
  Rational validation_loss(const std::string& name, const Network& network, const AdcPlan& plan,
                           Treatment treatment);
  /// What has been measured of a row by now.
  FinishedPlan measured(const std::string& name, Treatment treatment) const;
  /// What is filled in of a row: accuracies and losses. `name` is that of the artefacts
  /// evaluations/<name>-….
  ResultRow measure(const std::string& name, const Network& network, const AdcPlan& plan,
                    Treatment treatment);
  /// Of the float network that was put on grids.
  ResultRow measure_real(const Network& network);

 private:
  struct Part {
    std::string name;
    const Dataset& data;
    std::string hash;
  };
  /// The evaluation of a row.
  static std::string stage_of(const Part& part, const std::string& name);
  /// Where a row's plan is judged.
  const Part& validation_of(Treatment treatment) const;
  /// Every evaluation is measured, or read, once.
  const Evaluation& evaluate_on(const Part& part, const std::string& name, const Network& network,
                                const AdcPlan& plan, MacMode mode = MacMode::kAnalog);
  ResultRow row_of(const Evaluation& on_sample, const Part& validation,
                   const Evaluation& on_validation, const Evaluation& on_test);
  /// Of the lossless network.
  const Evaluation& base(const Part& part) { return evaluate_on(part, "lossless", lossless_, {}); }

  const RunConfig& config_;
  const Network& lossless_;
  RunStages& stages_;
  Job job_;
  Dataset test_images_, validation_images_, holdout_images_;
  std::int64_t training_images_ = 0;  // less those that are held out
  Part sample_, test_;
  std::optional<Part> validation_;           // where the search has left training images
  std::optional<Part> holdout_;              // where the run retrains
  std::map<std::string, Evaluation> known_;  // by stage
};

}  // namespace bitline

#include "core/study.h"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <mutex>

#include "bitline/evaluate/predict.h"
#include "bitline/record/mapping_record.h"
#include "bitline/runtime/torch_part.h"
#include "bitline/study/allocation.h"
#include "bitline/study/cost_report.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/explanation.h"
#include "bitline/study/export_layers.h"
#include "bitline/study/inputs.h"
#include "bitline/study/mapping_report.h"
#include "bitline/study/quantization.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/search_study.h"
#include "bitline/study/train.h"
#include "core/arrays.h"
#include "core/bindings.h"
#include "core/listener.h"

namespace bitline::python {

Study::Study(RunConfig config, const Network& network, Dataset training, Dataset test)
    : config_(std::move(config)) {
  config_.data.given = std::make_shared<GivenImages>(std::move(training), std::move(test));
  config_.model.given = std::make_shared<Network>(network);
  network_ = load_network(config_);
}

SearchStudy& Study::searched(const Job& job) {
  if (!study_) study_ = std::make_unique<SearchStudy>(network_, config_, job);
  return *study_;
}

Dataset Study::sample(const Job& job) const {
  return load_search_sample(config_.data, config_.seed, job);
}

namespace {

using Lock = std::lock_guard<std::mutex>;

/// What a method does: without the interpreter's lock, one at a time for each study.
template <typename Work>
auto at_work_on(Study& study, const py::object& callback, const Work& work) {
  return at_work(callback, [&](const Job& job) {
    const Lock lock(study.mutex());
    return work(job);
  });
}

std::string mapping(Study& study) {
  const Executor executor(study.network(), MacMode::kAnalog, study.config().array,
                          Engine::kReference);
  return to_json(mapping_record(executor, study.config().array));
}

/// (right answers, images)
py::tuple as_tuple(const Score& score) { return py::make_tuple(score.correct, score.images); }

py::tuple lossless(Study& study, const py::object& callback) {
  const Score score =
      at_work_on(study, callback, [&](const Job& job) { return study.searched(job).lossless(); });
  return as_tuple(score);
}

/// (layer, plane, stream, smallest possible sum, counts) of each.
py::list profile(Study& study, const py::object& callback) {
  const HistogramMap histograms = at_work_on(
      study, callback, [&](const Job& job) { return study.searched(job).profile(false, job); });
  py::list parts;
  for (const auto& [layer, histogram] : histograms)
    for (std::int64_t plane = 0; plane < histogram.planes(); ++plane)
      for (std::int64_t stream = 0; stream < histogram.streams(); ++stream) {
        const Histogram& part = histogram.of(plane, stream, 0);
        const std::vector<std::int64_t>& counts = part.counts();
        parts.append(
            py::make_tuple(layer, plane, stream, part.minimum(),
                           array_of(Tensor::of<std::int64_t>({std::ssize(counts)}, counts))));
      }
  return parts;
}

/// (plan, score, curves as CSV, images measured, images in full)
py::tuple search(Study& study, std::int64_t levels, const std::string& ranges,
                 const py::object& callback) {
  const SearchResult found = at_work_on(study, callback, [&](const Job& job) {
    const RangeMethod method = pick<RangeMethodPolicy>(ranges);
    check_ranges(study.config(), method, std::vector{levels});
    return study.searched(job).search(levels, method, {}, job);
  });
  return py::make_tuple(found.plan, as_tuple(found.score), curves_to_csv(found.curves),
                        found.images_measured, found.images_in_full);
}

/// The evaluation as JSON.
std::string evaluate(Study& study, const Network& network, const AdcPlan& plan,
                     const std::string& mode, const Dataset& images, const py::object& callback) {
  return at_work_on(study, callback, [&](const Job& job) {
    check_fit(network, images);
    return to_json(bitline::evaluate(network, from_name<MacMode>(mode), plan, images,
                                     study.config(), "images", job));
  });
}

py::array logits(Study& study, const Network& network, const AdcPlan& plan, const std::string& mode,
                 const Dataset& images, const py::object& callback) {
  return array_of(at_work_on(study, callback, [&](const Job& job) {
    check_fit(network, images);
    const RunConfig& config = study.config();
    const Executor executor(network, from_name<MacMode>(mode), config.array, config.engine,
                            job.progress);
    return predict(executor, executor.prepare(plan), images,
                   normalization_of(network, config.data, images), "images", job);
  }));
}

/// (network, epoch that it is of, plan, (epoch, loss, accuracy, accuracy of the held-out images,
/// learning rate) of each)
py::tuple retrain(Study& study, const AdcPlan& plan, bool resume, const py::object& callback) {
  std::vector<std::tuple<std::int64_t, double, double, double, double>> epochs;
  Trained trained = at_work_on(study, callback, [&](const Job& job) {
    do_with_torch_part();
    return retrain_network(study.config(), study.network(), plan, resume, job,
                           [&](const EpochReport& epoch) {
                             epochs.emplace_back(epoch.epoch, epoch.loss, epoch.accuracy,
                                                 epoch.holdout_accuracy, epoch.learning_rate);
                           });
  });
  return py::make_tuple(std::move(trained.network), trained.epoch, std::move(trained.plan), epochs);
}

}  // namespace

void bind_study(py::module_& module) {
  py::class_<Study>(module, "Study")
      .def(py::init<RunConfig, const Network&, Dataset, Dataset>(), py::arg("config"),
           py::arg("network"), py::arg("training"), py::arg("test"))
      .def_property_readonly("network", &Study::network)
      .def_property_readonly("as_used", [](const Study& study) { return study.config().as_used; })
      .def("sample", [](const Study& study) { return study.sample(Listener(py::none()).job()); })
      .def("mapping", &mapping)
      .def("lossless", &lossless)
      .def("profile", &profile)
      .def("search", &search)
      .def("evaluate", &evaluate)
      .def("logits", &logits)
      .def("recalibrate",
           [](Study& study, const AdcPlan& plan, const py::object& callback) {
             return at_work_on(study, callback, [&](const Job& job) {
               const RunConfig& config = study.config();
               return recalibrated(study.network(), plan, study.sample(job), config, job);
             });
           })
      .def("retrain", &retrain)
      .def("quantize",
           [](Study& study, const py::object& callback) {
             return at_work_on(study, callback, [&](const Job& job) {
               const RunConfig& config = study.config();
               return quantize_network(study.network(), study.sample(job), config, job);
             });
           })
      .def("explain",
           [](Study& study, const AdcPlan& plan, const py::object& callback) {
             return at_work_on(study, callback, [&](const Job& job) {
               return to_json(record_of(explain(study.network(), study.config(), plan, job)));
             });
           })
      .def(
          "cost",
          [](Study& study, const AdcPlan& plan, const py::object& callback) {
            return at_work_on(study, callback, [&](const Job& job) {
              const RunConfig& config = study.config();
              const CostConfig cost = config.cost_or_default();
              const Executor executor(study.network(), MacMode::kAnalog, config.array,
                                      config.engine, job.progress);
              const CostOptions options =
                  load_cost_options(config, executor, plan, study.sample(job), job);
              return to_json(record_of(compare_cost(executor, plan, cost, options), cost, options));
            });
          })
      .def("allocate",
           [](Study& study, const py::object& callback) {
             const AllocationOutcome found = at_work_on(study, callback, [&](const Job& job) {
               return allocate(study.searched(job), study.config(), study.config().data.given->test,
                               {}, job);
             });
             const bool by_area = study.config().allocate_or_default().by_area;
             return py::make_tuple(
                 to_json(record_of(found, by_area)),
                 found.allocation.best ? py::cast(found.allocation.best->plan) : py::none());
           })
      .def("export_golden", [](Study& study, const std::filesystem::path& folder,
                               const AdcPlan& plan, const std::vector<std::string>& layers,
                               std::int64_t images, const py::object& callback) {
        at_work_on(study, callback, [&](const Job& job) {
          export_golden(study.network(), study.config(), {layers, images, plan}, folder, job);
        });
      });
}

}  // namespace bitline::python

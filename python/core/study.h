// A network, its array and images in memory: what the methods of Python's Study work on.
#pragma once

#include <memory>
#include <mutex>

#include "bitline/options/run_config.h"
#include "bitline/study/search_study.h"

namespace bitline::python {

/// Everything that the verbs of study/ and run/ take, from a program's memory and not from files.
class Study {
 public:
  /// Throws what load_network() throws.
  Study(RunConfig config, const Network& network, Dataset training, Dataset test);

  const RunConfig& config() const { return config_; }
  const Network& network() const { return network_; }
  /// Held by every method that works: a SearchStudy is for one thread at a time.
  std::mutex& mutex() { return mutex_; }
  /// Made when it is asked for first.
  SearchStudy& searched(const Job& job);
  /// The class-balanced sample that searches look at.
  Dataset sample(const Job& job) const;

 private:
  RunConfig config_;
  Network network_;
  std::unique_ptr<SearchStudy> study_;
  std::mutex mutex_;
};

}  // namespace bitline::python

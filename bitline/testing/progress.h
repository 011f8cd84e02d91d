// Progress as tests want it: kept, or an occasion to stop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/progress.h"

namespace bitline::test {

/// What was told of one task.
struct ToldTask {
  std::string name;
  std::int64_t total = 0;
  std::vector<std::int64_t> done;  ///< of each update
  std::string note;                ///< of the last one
  int ends = 0;                    ///< how often it was said to be over
};

/// Keeps all that is told.
class NotedProgress : public SilentProgress {
 public:
  void begin(std::string_view task, std::int64_t total) override {
    tasks_.push_back({std::string(task), total, {}, {}});
  }
  void update(std::int64_t done, std::string_view note) override {
    tasks_.back().done.push_back(done);
    tasks_.back().note = note;
  }
  void end() override { ++tasks_.back().ends; }
  void say(std::string_view fact) override { facts_.emplace_back(fact); }

  const std::vector<ToldTask>& tasks() const { return tasks_; }
  std::vector<ToldTask> tasks(std::string_view name) const {
    std::vector<ToldTask> found;
    for (const ToldTask& task : tasks_)
      if (task.name == name) found.push_back(task);
    return found;
  }
  const std::vector<std::string>& facts() const { return facts_; }

 private:
  std::vector<ToldTask> tasks_;
  std::vector<std::string> facts_;
};

/// Asks to stop at the n-th update.
class StopAfter : public SilentProgress {
 public:
  StopAfter(Cancellation& cancellation, int updates)
      : cancellation_(cancellation), updates_(updates) {}
  void update(std::int64_t, std::string_view) override {
    if (++seen_ == updates_) cancellation_.request();
  }
  int seen() const { return seen_; }

 private:
  Cancellation& cancellation_;
  int updates_;
  int seen_ = 0;
};

}  // namespace bitline::test

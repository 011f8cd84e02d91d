// A task of a ProgressSink that ends however its scope is left.
#pragma once

#include <cstdint>
#include <string>

#include "bitline/base/progress.h"

namespace bitline {

class ProgressTask {
 public:
  ProgressTask(ProgressSink& sink, const std::string& task, std::int64_t total) : sink_(sink) {
    sink_.begin(task, total);
  }
  ~ProgressTask() { sink_.end(); }
  ProgressTask(const ProgressTask&) = delete;
  ProgressTask& operator=(const ProgressTask&) = delete;

 private:
  ProgressSink& sink_;
};

}  // namespace bitline

// What several processes of one run need from each other.
#pragma once

#include <cstdint>
#include <span>

namespace bitline {

/// Collective operations; every process calls them in the same order.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Replaces each element by its sum over all processes.
  virtual void all_reduce(std::span<std::int64_t> values) = 0;
  /// Replaces the values by those of process `root`.
  virtual void broadcast(std::span<std::int64_t> values, int root) = 0;
  virtual void barrier() = 0;
};

/// One process: every operation is the identity.
class SingleProcess : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void all_reduce(std::span<std::int64_t>) override {}
  void broadcast(std::span<std::int64_t>, int) override {}
  void barrier() override {}
};

}  // namespace bitline

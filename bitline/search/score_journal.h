// Measured scores on disk, so that a search that was killed goes on where it stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/search/evaluator.h"

namespace bitline {

/// An append-only text file of scores by key. Each line carries a checksum; a torn or damaged line
/// and all behind it are cut off when the file is opened, since they can be measured again. One
/// process may hold a file at a time.
class ScoreJournal {
 public:
  /// Opens or makes the file. Entries count only for the same `identity`: a text (or its hash) of
  /// everything that decides a score apart from plan and images, such as network, images, array,
  /// objective and the version of the software. Throws Error that names the path when it cannot be
  /// opened or is not a journal.
  ScoreJournal(std::filesystem::path path, std::string_view identity);
  ~ScoreJournal();
  ScoreJournal(const ScoreJournal&) = delete;
  ScoreJournal& operator=(const ScoreJournal&) = delete;

  std::optional<Score> find(std::string_view key) const;
  /// Is in the file (not necessarily on the disk) on return. Throws Error on a full disk, and then
  /// leaves the file as it was.
  void record(std::string_view key, const Score& score);

 private:
  void read();
  void append(std::string_view text);
  void truncate(std::int64_t size);
  std::string hashed(std::string_view key) const;

  std::filesystem::path path_;
  std::string identity_;
  int file_ = -1;
  std::int64_t size_ = 0;
  std::map<std::string, Score> scores_;  // by hashed key
};

/// Remembers what another evaluator measured. A search over it is deterministic, so after any
/// interruption it asks the same questions again, and those that were answered cost nothing.
class JournaledEvaluator : public Evaluator {
 public:
  JournaledEvaluator(Evaluator& evaluator, ScoreJournal& journal)
      : evaluator_(evaluator), journal_(journal) {}

  const std::vector<SearchLayer>& layers() const override { return evaluator_.layers(); }
  std::int64_t image_count() const override { return evaluator_.image_count(); }
  std::vector<Score> evaluate(std::span<const AdcPlan> plans, std::span<const std::int64_t> images,
                              const Measured& measured) override;

 private:
  Evaluator& evaluator_;
  ScoreJournal& journal_;
};

}  // namespace bitline

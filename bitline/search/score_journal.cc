#include "bitline/search/score_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/hash.h"

namespace bitline {
namespace {

constexpr std::string_view kHeader = "bitline score journal 1\n";

/// 64 bits suffice to tell a whole line from a torn one.
std::string checksum(std::string_view text) { return sha256(text).substr(0, 16); }

/// "<checksum> <hashed key> <images> <correct> <loss>\n"
std::string format_line(const std::string& hashed_key, const Score& score) {
  const std::string payload =
      fmt::format("{} {} {} {}", hashed_key, score.images, score.correct, score.loss);
  return fmt::format("{} {}\n", checksum(payload), payload);
}

std::optional<std::pair<std::string, Score>> parse_line(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string payload(line.substr(space + 1));
  if (line.substr(0, space) != checksum(payload)) return std::nullopt;
  std::pair<std::string, Score> entry;
  std::istringstream fields(payload);
  fields >> entry.first >> entry.second.images >> entry.second.correct >> entry.second.loss;
  return entry;
}

}  // namespace

ScoreJournal::ScoreJournal(std::filesystem::path path, std::string_view identity)
    : path_(std::move(path)), identity_(identity) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) fail("cannot open the journal {}: {}", path_.string(), std::strerror(errno));
  try {
    read();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

ScoreJournal::~ScoreJournal() { ::close(file_); }

void ScoreJournal::read() {
  const std::string text = read_text_file(path_);
  // A header that is cut short is one that a kill tore.
  if (kHeader.starts_with(text)) {
    truncate(0);
    append(kHeader);
    return;
  }
  if (!text.starts_with(kHeader))
    fail("{} is not a score journal of this version; move it away or choose another path",
         path_.string());
  std::size_t good = kHeader.size();
  for (;;) {
    const std::size_t end = text.find('\n', good);
    if (end == std::string::npos) break;
    const auto entry = parse_line(std::string_view(text).substr(good, end - good));
    if (!entry) break;
    scores_.insert(*entry);
    good = end + 1;
  }
  truncate(static_cast<std::int64_t>(good));
}

void ScoreJournal::truncate(std::int64_t size) {
  if (::ftruncate(file_, size) != 0)
    fail("cannot cut the journal {} to {} bytes: {}", path_.string(), size, std::strerror(errno));
  size_ = size;
}

void ScoreJournal::append(std::string_view text) {
  try {
    write_all(file_, std::as_bytes(std::span(text)), path_);
  } catch (const Error&) {
    truncate(size_);
    throw;
  }
  size_ += static_cast<std::int64_t>(text.size());
}

std::string ScoreJournal::hashed(std::string_view key) const {
  return sha256(fmt::format("{}\n{}", identity_, key));
}

std::optional<Score> ScoreJournal::find(std::string_view key) const {
  const auto found = scores_.find(hashed(key));
  if (found == scores_.end()) return std::nullopt;
  return found->second;
}

void ScoreJournal::record(std::string_view key, const Score& score) {
  const std::string hashed_key = hashed(key);
  append(format_line(hashed_key, score));
  scores_.insert_or_assign(hashed_key, score);
}

std::vector<Score> JournaledEvaluator::evaluate(std::span<const AdcPlan> plans,
                                                std::span<const std::int64_t> images,
                                                const Measured& measured) {
  std::vector<Score> scores(plans.size());
  std::vector<std::size_t> unknown;
  std::vector<AdcPlan> unknown_plans;
  const auto key_of = [&](std::size_t plan) {
    return fmt::format("{} {}", content_hash(plans[plan]),
                       fmt::join(images.begin(), images.end(), ","));
  };
  for (std::size_t plan = 0; plan < plans.size(); ++plan) {
    if (const auto known = journal_.find(key_of(plan))) {
      scores[plan] = *known;
      measured(known->images);
    } else {
      unknown.push_back(plan);
      unknown_plans.push_back(plans[plan]);
    }
  }
  if (unknown.empty()) return scores;
  const std::vector<Score> found = evaluator_.evaluate(unknown_plans, images, measured);
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    scores[unknown[i]] = found[i];
    journal_.record(key_of(unknown[i]), found[i]);
  }
  return scores;
}

}  // namespace bitline

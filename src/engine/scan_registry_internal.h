// engine: which ScanSource a token stands for. Tokens are 128 random bits, so text that firn did
// not write finds nothing.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/scan_source.h"

namespace firn::engine {

/// One registered source and what its scans leave behind. Threads: any.
class ScanEntry {
 public:
  explicit ScanEntry(std::shared_ptr<ScanSource> source) : source_(std::move(source)) {}

  ScanSource& source() { return *source_; }
  /// Holds a batch whose strings DuckDB points into until the handle is gone.
  void Keep(std::shared_ptr<arrow::RecordBatch> batch);
  /// The first error of any reader, so that it can reach the client unchanged.
  void SetError(const Error& error);
  std::optional<Error> error() const;

 private:
  const std::shared_ptr<ScanSource> source_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> kept_;
  std::optional<Error> error_;
};

/// Threads: any.
class ScanRegistry {
 public:
  /// Returns the token.
  std::string Add(std::shared_ptr<ScanSource> source);
  void Remove(std::string_view token);
  /// Null when there is no such token.
  std::shared_ptr<ScanEntry> Find(std::string_view token) const;
  /// The error that a scan gave to DuckDB as ScanErrorText(token), if `message` is one.
  std::optional<Error> ErrorBehind(std::string_view message) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<ScanEntry>> entries_;
};

/// What DuckDB is told when a scan fails; ErrorBehind() finds the way back.
std::string ScanErrorText(std::string_view token);

}  // namespace firn::engine

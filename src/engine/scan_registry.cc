#include <sys/random.h>

#include <array>

#include "engine/scan_registry_internal.h"

namespace firn::engine {
namespace {

constexpr size_t kTokenBytes = 16;
constexpr std::string_view kErrorPrefix = "firn_scan failed: ";

std::string NewToken() {
  std::array<uint8_t, kTokenBytes> bytes;
  FIRN_CHECK(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  std::string token;
  for (const uint8_t byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

}  // namespace

void ScanEntry::Keep(std::shared_ptr<arrow::RecordBatch> batch) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::move(batch));
}

void ScanEntry::SetError(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
}

std::optional<Error> ScanEntry::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::string ScanRegistry::Add(std::shared_ptr<ScanSource> source) {
  auto token = NewToken();
  const std::lock_guard lock(mutex_);
  entries_.emplace(token, std::make_shared<ScanEntry>(std::move(source)));
  return token;
}

void ScanRegistry::Remove(std::string_view token) {
  std::shared_ptr<ScanEntry> last;  // outlives the lock: freeing a source can take long
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(token));
  if (found == entries_.end()) return;
  last = std::move(found->second);
  entries_.erase(found);
}

std::shared_ptr<ScanEntry> ScanRegistry::Find(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(token));
  return found == entries_.end() ? nullptr : found->second;
}

std::optional<Error> ScanRegistry::ErrorBehind(std::string_view message) const {
  const auto at = message.find(kErrorPrefix);
  if (at == std::string_view::npos) return std::nullopt;
  const auto entry = Find(message.substr(at + kErrorPrefix.size(), 2 * kTokenBytes));
  return entry == nullptr ? std::nullopt : entry->error();
}

std::string ScanErrorText(std::string_view token) {
  return fmt::format("{}{}", kErrorPrefix, token);
}

}  // namespace firn::engine

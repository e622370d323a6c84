#include "base/result.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace firn {
namespace {

struct CodeRow {
  ErrorCode code;
  std::string_view name;
  std::string_view sqlstate;
  int http;
};

// The one table from codes to what a client sees.
constexpr std::array<CodeRow, kErrorCodeCount> kCodes = {{
    {ErrorCode::kInvalidInput, "invalid input", "22023", 400},
    {ErrorCode::kNotFound, "not found", "42704", 404},
    {ErrorCode::kAlreadyExists, "already exists", "42710", 409},
    {ErrorCode::kConflict, "conflict", "40001", 409},
    {ErrorCode::kSchemaMismatch, "schema mismatch", "42804", 409},
    {ErrorCode::kUnsupported, "unsupported", "0A000", 501},
    {ErrorCode::kDenied, "denied", "42501", 403},
    {ErrorCode::kOverloaded, "overloaded", "53200", 503},
    {ErrorCode::kCancelled, "cancelled", "57014", 499},
    {ErrorCode::kCorrupt, "corrupt", "XX001", 500},
    {ErrorCode::kIo, "input/output", "58030", 500},
    {ErrorCode::kUnknownOutcome, "unknown outcome", "58030", 500},
    {ErrorCode::kInternal, "internal", "XX000", 500},
}};

const CodeRow& Row(ErrorCode code) {
  return kCodes[static_cast<size_t>(code)];
}

}  // namespace

std::string_view ErrorCodeName(ErrorCode code) {
  return Row(code).name;
}
std::string_view DefaultSqlState(ErrorCode code) {
  return Row(code).sqlstate;
}
int DefaultHttpStatus(ErrorCode code) {
  return Row(code).http;
}

std::string_view Error::SqlState() const {
  return sqlstate.empty() ? DefaultSqlState(code) : std::string_view(sqlstate);
}
int Error::HttpStatus() const {
  return DefaultHttpStatus(code);
}

void CheckFailed(const char* file, int line, const char* what) {
  std::fprintf(stderr, "firn: check failed at %s:%d: %s\n", file, line, what);
  std::fflush(stderr);
  std::abort();
}

}  // namespace firn

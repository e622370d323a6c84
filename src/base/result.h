// base: how a failure travels.
//
// Result<T> is a value or an Error; nothing throws across a room. An Error says what kind of
// failure it is (code), what the caller may do about it (remedy), and what to tell the user.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace firn {

enum class ErrorCode : uint8_t {
  kInvalidInput,
  kNotFound,
  kAlreadyExists,
  kConflict,
  kSchemaMismatch,
  kUnsupported,
  kDenied,
  kOverloaded,
  kCancelled,
  kCorrupt,
  kIo,
  kUnknownOutcome,
  kInternal,
};
inline constexpr int kErrorCodeCount = static_cast<int>(ErrorCode::kInternal) + 1;

/// What a caller may do, decided where the error is born.
enum class Remedy : uint8_t {
  kNone,       // report it
  kRetry,      // nothing happened: the same call may succeed later
  kReconcile,  // it may have happened: read back before trying again
};

/// A failure, as told to the user. `message` has static text first, values last.
/// What of the catalog an error is about, for clients that branch on it. Empty: not about one.
struct ErrorSubject {
  std::string schema;
  std::string table;
  std::string column;
  std::string type;  // a domain
  std::string constraint;
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  Remedy remedy = Remedy::kNone;
  std::string message;
  std::string sqlstate;  // five characters, or empty: SqlState() then follows from the code
  std::string detail;    // more about this one case
  std::string hint;      // what to do instead
  std::string where;     // e.g. "COPY orders, line 7, column o_totalprice: \"abc\""
  int position = 0;      // 1-based character in the statement, 0: none
  std::shared_ptr<const ErrorSubject> subject;  // null: not said

  /// Five-character SQLSTATE for the client.
  std::string_view SqlState() const;
  /// Status code for an HTTP answer.
  int HttpStatus() const;

  Error&& WithSqlState(std::string_view state) && {
    sqlstate = state;
    return std::move(*this);
  }
  Error&& WithDetail(std::string text) && {
    detail = std::move(text);
    return std::move(*this);
  }
  Error&& WithHint(std::string text) && {
    hint = std::move(text);
    return std::move(*this);
  }
  Error&& WithWhere(std::string text) && {
    where = std::move(text);
    return std::move(*this);
  }
  Error&& WithPosition(int at) && {
    position = at;
    return std::move(*this);
  }
  Error&& About(ErrorSubject what) && {
    subject = std::make_shared<const ErrorSubject>(std::move(what));
    return std::move(*this);
  }
  Error&& WithRemedy(Remedy what) && {
    remedy = what;
    return std::move(*this);
  }
  /// Puts what was being done in front of the message: "read manifest: ...".
  Error&& During(std::string_view doing) && {
    message = fmt::format("{}: {}", doing, message);
    return std::move(*this);
  }
};

std::string_view ErrorCodeName(ErrorCode code);
std::string_view DefaultSqlState(ErrorCode code);
int DefaultHttpStatus(ErrorCode code);

using Failure = tl::unexpected<Error>;

/// A value or an Error. A class of its own only so that ignoring one is a compile error.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  // Not left to the compiler: `return {};` would then clear the room for an Error first, which
  // costs more than parsing an integer does.
  Result()
    requires(std::is_void_v<T> || std::is_default_constructible_v<T>)
  {}
};
using Status = Result<void>;

/// `return Fail(ErrorCode::kNotFound, "no such table: name={}", name);`
template <typename... Args>
Failure Fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  Error error;
  error.code = code;
  error.message = fmt::format(text, std::forward<Args>(args)...);
  return Failure(std::move(error));
}

/// The same as a bare Error, to which .WithSqlState(), .WithHint() … can be added.
template <typename... Args>
Error MakeError(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  Error error;
  error.code = code;
  error.message = fmt::format(text, std::forward<Args>(args)...);
  return error;
}
inline Failure Fail(Error error) {
  return Failure(std::move(error));
}

[[noreturn]] void CheckFailed(const char* file, int line, const char* what);

}  // namespace firn

#define FIRN_CONCAT_INNER(a, b) a##b
#define FIRN_CONCAT(a, b) FIRN_CONCAT_INNER(a, b)

#define FIRN_RETURN_IF_ERROR(expr)                            \
  do {                                                        \
    auto firn_status = (expr);                                \
    if (!firn_status) {                                       \
      return ::firn::Failure(std::move(firn_status).error()); \
    }                                                         \
  } while (false)

#define FIRN_TRY_INNER(result, decl, expr)                        \
  auto result = (expr);                                           \
  if (!result) return ::firn::Failure(std::move(result).error()); \
  decl = *std::move(result)
/// FIRN_TRY(auto file, fs.Open(path)); returns the error to the caller, or declares the value.
#define FIRN_TRY(decl, expr) FIRN_TRY_INNER(FIRN_CONCAT(firn_result_, __LINE__), decl, expr)

// The same inside a coroutine.
#define FIRN_CO_RETURN_IF_ERROR(expr)                            \
  do {                                                           \
    auto firn_status = (expr);                                   \
    if (!firn_status) {                                          \
      co_return ::firn::Failure(std::move(firn_status).error()); \
    }                                                            \
  } while (false)
#define FIRN_CO_TRY_INNER(result, decl, expr)                        \
  auto result = (expr);                                              \
  if (!result) co_return ::firn::Failure(std::move(result).error()); \
  decl = *std::move(result)
#define FIRN_CO_TRY(decl, expr) FIRN_CO_TRY_INNER(FIRN_CONCAT(firn_result_, __LINE__), decl, expr)

/// Always on. Guards what would corrupt data; never used on input.
#define FIRN_CHECK(condition) \
  ((condition) ? void(0) : ::firn::CheckFailed(__FILE__, __LINE__, #condition))

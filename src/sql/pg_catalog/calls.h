// sql: functions that look into the catalog: pg_get_constraintdef, format_type, to_regclass …
//
// Unlike those of server_calls.h they take columns. In the engine they are one function,
// sql_catalog(token, name, arguments…); the token says whose catalog, and is good for as long as
// the statement holds it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "sql/functions/bodies.h"
#include "sql/session_context.h"

namespace firn::sql::pg_catalog {

/// A statement's view of the catalog, for the functions it calls.
/// Lifetime: calls with the token fail once it is gone.
class CallToken {
 public:
  explicit CallToken(const SessionContext& session);
  ~CallToken();
  CallToken(const CallToken&) = delete;
  CallToken& operator=(const CallToken&) = delete;
  int64_t value() const { return value_; }

 private:
  int64_t value_;
};

/// The statement's, made when it is first asked for.
int64_t TokenOf(const SessionContext& session);

}  // namespace firn::sql::pg_catalog

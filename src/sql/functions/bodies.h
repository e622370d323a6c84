// sql: the functions of firn's own that written queries call, by family. Their names begin with
// "sql_", so no name of a macro or of the engine is one of theirs.
#pragma once

#include <utility>
#include <vector>

#include "engine/typed_function.h"

namespace firn::sql {

using EngineFunctions = std::vector<engine::ScalarFunction>;

void AddNumericFunctions(EngineFunctions& functions);
void AddNumberFunctions(EngineFunctions& functions);
void AddTextFunctions(EngineFunctions& functions);
void AddByteFunctions(EngineFunctions& functions);
void AddRegexFunctions(EngineFunctions& functions);
void AddTimeFunctions(EngineFunctions& functions);
void AddTypeFunctions(EngineFunctions& functions);
void AddReadFunctions(EngineFunctions& functions);
void AddClockFunctions(EngineFunctions& functions);
void AddNetworkFunctions(EngineFunctions& functions);
void AddJsonFunctions(EngineFunctions& functions);
/// pg_catalog/calls.h.
void AddCatalogFunctions(EngineFunctions& functions);
/// All of them.
EngineFunctions AllEngineFunctions();

inline Failure Refused(std::string_view sqlstate, std::string message) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "{}", message).WithSqlState(sqlstate));
}

/// The most bytes of a text that a function makes longer than what it was given.
inline constexpr size_t kMadeTextMax = size_t{256} << 20;
Failure TextTooLarge();

}  // namespace firn::sql

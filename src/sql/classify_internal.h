// sql: the class of a statement, from its tree alone.
#pragma once

#include "sql/parse.h"

namespace firn::sql {

StatementKind Classify(const Statement& statement);
/// True for VALUES rows that are only constants, parameters, DEFAULT and casts of these.
bool HasSimpleValues(const nlohmann::json& insert);

}  // namespace firn::sql

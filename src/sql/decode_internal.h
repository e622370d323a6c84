// sql: the parts of Decode.
#pragma once

#include <map>
#include <string>

#include "sql/decode.h"
#include "sql/tree_internal.h"

namespace firn::sql {

/// A RangeVar. Errors: 0A000 for another database.
RoleName DecodeRoleName(const tree::Json& role_spec);
std::vector<RoleName> DecodeRoleNames(const tree::Json& list);
/// Of database.schema.table: one of the names under which the one database is reached.
bool IsThisDatabase(std::string_view name);
Result<TableName> DecodeTableName(const Statement& statement, const tree::Json& range_var);
/// WITH (…) of CREATE TABLE. Errors: 42601 for duplicates, 0A000 for options not built, 22023 for
/// names nobody knows.
Result<std::map<std::string, std::string>> DecodeTableOptions(const Statement& statement,
                                                              const tree::Json& options);

Result<Command> DecodeCreateTable(const Statement& statement, const tree::Json& body);
Result<Command> DecodeCreateTableAs(const Statement& statement, const tree::Json& body);
Result<Command> DecodeInsert(const Statement& statement, const tree::Json& body);
Result<Command> DecodeCopy(const Statement& statement, const tree::Json& body);
Result<Command> DecodeSession(const Statement& statement, const tree::Node& node);
Result<Command> DecodeTransaction(const Statement& statement, const tree::Json& body);
Result<Command> DecodeDeclareCursor(const Statement& statement, const tree::Json& body);
Result<Command> DecodeFetch(const Statement& statement, const tree::Json& body);
Result<Command> DecodeClose(const Statement& statement, const tree::Json& body);
Result<Command> DecodeRole(const Statement& statement, const tree::Node& node);
bool IsRoleStatement(const tree::Node& node);
/// Why a statement that parses is not one of firn's.
Failure RefuseStatement(const Statement& statement, const tree::Node& node);

}  // namespace firn::sql

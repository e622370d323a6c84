// sql: what the decoders of DDL share.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sql/decode_internal.h"

namespace firn::sql {

/// Finds the text of clauses among a statement's tokens: libpg_query says where they begin, not
/// where they end.
class ClauseText {
 public:
  static Result<ClauseText> Of(const Statement& statement);

  /// The expression of the DEFAULT whose keyword (or CONSTRAINT name) is at `location`; `stops`
  /// are where other clauses of the column begin.
  std::string DefaultAt(int location, const std::set<int>& stops) const;
  /// The expression in the parentheses of the first CHECK at or after `location`.
  std::string CheckAt(int location) const;
  /// Everything behind the first AS that is in no parentheses.
  std::string BehindAs() const;
  /// The expression behind the last DEFAULT before the node with this location.
  std::string DefaultBefore(int location) const;

 private:
  ClauseText(const Statement& statement, std::vector<Token> tokens)
      : statement_(&statement), tokens_(std::move(tokens)) {}
  bool IsWord(const Token& token, std::string_view word) const;
  std::string Between(size_t first, size_t last) const;
  std::string ExpressionFrom(size_t first, const std::set<int>& stops) const;

  const Statement* statement_;
  std::vector<Token> tokens_;
};

/// A ColumnDef of CREATE TABLE or ADD COLUMN; `table` for messages.
Result<ColumnSpec> DecodeColumn(const Statement& statement, const ClauseText& text,
                                const tree::Json& body, std::string_view table);
/// A Constraint that is not part of a column, or `column`'s.
Result<ConstraintSpec> DecodeConstraint(const Statement& statement, const ClauseText& text,
                                        const tree::Json& body, const std::string& column);
/// Whether an expression needs one row only: no subquery, aggregate, window or set in it. `where`:
/// "check constraint", "DEFAULT expression". Errors: 0A000, 42803, 42P20.
Status CheckRowExpression(const Statement& statement, const tree::Json& expression,
                          std::string_view where);
/// Names that no column may have: 42701.
Status CheckColumnName(std::string_view name);

Result<SequenceOptions> DecodeSequenceOptions(const Statement& statement,
                                              const tree::Json& options);
/// A qualified name as a list of String nodes. Errors: 0A000 for another database.
Result<TableName> DecodeNameList(const Statement& statement, const tree::Json& list);

Result<Command> DecodeGrant(const Statement& statement, const tree::Json& body);
Result<Command> DecodeDefaultRights(const Statement& statement, const tree::Json& body);
Result<Command> DecodeOwner(const Statement& statement, const tree::Json& body);
/// ALTER TABLE, VIEW, SEQUENCE … OWNER TO.
Result<Command> DecodeRelationOwner(const Statement& statement, const tree::Json& body);
Result<Command> DecodeAlterTable(const Statement& statement, const tree::Json& body);
/// Every other DDL statement but CREATE TABLE [AS]; refuses what there is not.
Result<Command> DecodeDdl(const Statement& statement, const tree::Node& node);
/// CREATE SEQUENCE, TYPE, DOMAIN and their ALTERs. Nothing: another statement.
Result<std::optional<DdlCommand>> DecodeTypeDdl(const Statement& statement, const tree::Node& node);
bool IsDdl(std::string_view node_name);

}  // namespace firn::sql

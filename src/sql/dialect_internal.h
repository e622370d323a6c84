// sql: the translation of DuckDB's tree, node by node.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "sql/tree_internal.h"

namespace firn::sql {

/// One statement of a text. Names that are not quoted in the text are folded to lower case, as
/// Postgres does; DuckDB's tree no longer tells which were.
///
/// dialect_query.cc: queries, FROM; dialect_expression.cc: expressions, types.
class DialectReader {
 public:
  using Json = tree::Json;
  explicit DialectReader(const Statement& statement) : statement_(statement) {}

  /// {"SelectStmt": …}
  Result<Json> ReadQuery(const Json& node);
  int parameter_count() const { return parameter_count_; }

 private:
  Result<Json> ReadSelect(const Json& node);
  Result<Json> ReadSetOperation(const Json& node, std::string_view kind);
  Status ReadWith(const Json& node, Json& select);
  Status ReadModifiers(const Json& node, Json& select);
  Result<Json> ReadSelectList(const Json& node);
  Result<Json> ReadGroups(const Json& node);
  Status ReadFrom(const Json& node, bool lateral, Json& list);
  Result<Json> ReadFromItem(const Json& node, bool lateral);
  Result<Json> ReadJoin(const Json& node, bool lateral);
  Result<Json> ReadRows(const Json& node);
  Json AliasOf(const Json& node) const;

  Result<Json> ReadExpr(const Json& node);
  Result<Json> ReadList(const Json& nodes);
  Result<Json> ReadConstant(const Json& node);
  Result<Json> ReadComparison(const Json& node);
  Result<Json> ReadOperator(const Json& node);
  Result<Json> ReadFunction(const Json& node);
  Result<Json> ReadCall(const Json& node);
  Result<Json> ReadInterval(const Json& node, std::string_view unit);
  Result<Json> ReadWindow(const Json& node);
  Result<Json> ReadCase(const Json& node);
  Result<Json> ReadSubquery(const Json& node);
  Result<Json> ReadStar(const Json& node);
  Result<Json> ReadCast(const Json& node);
  Result<Json> ReadType(const Json& type, int location);
  Result<Json> ReadSort(const Json& orders);

  int LocationOf(const Json& node) const;
  std::string Folded(std::string name) const;
  Json NameNode(const std::string& name) const;
  Json NameNodes(const Json& names) const;
  Failure Refuse(const Json& node, std::string what, std::string hint) const;

  const Statement& statement_;
  /// Of the query whose QUALIFY is read: outputs by their AS names.
  const Json* aliases_ = nullptr;
  int parameter_count_ = 0;
  int depth_ = 0;
};

namespace dialect {

using Json = tree::Json;

/// {"String": {"sval": text}}
Json StringNode(std::string_view text);
Json IntegerNode(int64_t value, int location);
Json TextNode(std::string_view text, int location);
Json OperatorNode(std::string_view op, Json left, Json right, int location);
/// A type of pg_catalog: "int4".
Json TypeNode(std::string_view name, int location);
Json CastNode(Json value, Json type, int location);

}  // namespace dialect

}  // namespace firn::sql

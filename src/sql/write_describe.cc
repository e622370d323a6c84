#include <array>

#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Flag;
using tree::Open;

struct DescribedColumn {
  std::string_view name;
  TypeTag tag;
};
constexpr std::array<DescribedColumn, 6> kDescribed = {{{"column_name", kText},
                                                        {"column_type", kText},
                                                        {"null", kText},
                                                        {"key", kText},
                                                        {"default", kText},
                                                        {"extra", kText}}};
constexpr std::array<DescribedColumn, 12> kSummarized = {{{"column_name", kText},
                                                          {"column_type", kText},
                                                          {"min", kText},
                                                          {"max", kText},
                                                          {"approx_unique", kInt8},
                                                          {"avg", kText},
                                                          {"std", kText},
                                                          {"q25", kText},
                                                          {"q50", kText},
                                                          {"q75", kText},
                                                          {"count", kInt8},
                                                          {"null_percentage", kNumeric}}};

std::string TypeText(const ValueType& type) {
  const auto stored = ToColumnar(type);
  return stored ? columnar::PostgresName(*stored) : std::string(DisplayType(type.tag));
}

}  // namespace

Result<QueryWriter::FromItem> QueryWriter::WriteDescribe(const Json& body, const Scope* outer,
                                                         const CommonTables* tables) {
  const auto select = Open(At(body, "query"));
  FIRN_TRY(auto block, WriteSelect(*select.body, outer, tables));
  if (!block.rows.empty()) {
    FIRN_TRY(block, Derived(std::move(block)));
  }
  std::vector<std::string> names;
  for (const auto& output : block.outputs) names.push_back(output.name);
  FIRN_TRY(const auto query, Finish(std::move(block)));

  const bool summarize = Flag(body, "summarize");
  std::string rows;
  std::string columns;
  std::string name_case;
  std::string type_case;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto name = QuoteLiteral(names[i]);
    const auto type = QuoteLiteral(TypeText(query.types[i]));
    const std::string_view comma = i == 0 ? "" : ", ";
    rows += fmt::format(
        "{}({}, {}, 'YES', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), "
        "CAST(NULL AS VARCHAR))",
        comma, name, type);
    columns += fmt::format("{}c{}", comma, i + 1);
    name_case += fmt::format(" WHEN 'c{}' THEN {}", i + 1, name);
    type_case += fmt::format(" WHEN 'c{}' THEN {}", i + 1, type);
  }
  const auto alias = NewAlias('r');
  const auto sql = summarize
                       ? fmt::format(
                             "(SELECT CASE column_name{} END, CASE column_name{} END, * EXCLUDE "
                             "(column_name, column_type) FROM (SUMMARIZE SELECT * FROM ({}) AS "
                             "q({})))",
                             name_case, type_case, query.sql, columns)
                       : fmt::format("(VALUES {})", rows);
  std::vector<VisibleColumn> visible;
  std::string list;
  const auto add = [&](const DescribedColumn& column) {
    auto type = ValueType{.tag = column.tag};
    if (column.tag == kNumeric) type = NumericType(9, 2);
    const auto position = visible.size() + 1;
    list += fmt::format("{}c{}", position == 1 ? "" : ", ", position);
    visible.push_back({.name = std::string(column.name),
                       .sql = fmt::format("{}.c{}", alias, position),
                       .type = type});
  };
  if (summarize) {
    for (const auto& column : kSummarized) add(column);
  } else {
    for (const auto& column : kDescribed) add(column);
  }
  FIRN_TRY(auto scope, Aliased(body, "", "", std::move(visible), -1));
  return FromItem{fmt::format("{} AS {}({})", sql, alias, list), std::move(scope)};
}

}  // namespace firn::sql

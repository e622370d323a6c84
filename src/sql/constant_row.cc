#include "sql/constant_row.h"

#include <optional>

#include <arrow/api.h>

#include "sql/constant_internal.h"
#include "sql/parameters.h"
#include "sql/query.h"
#include "sql/tree_internal.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;

/// The constants of the select list; nullopt when there is more to the query than them.
std::optional<std::vector<Cell>> Constants(const Statement& query) {
  const auto select = tree::Open(*query.tree);
  if (!select.Is("SelectStmt")) return std::nullopt;
  for (const auto& [key, part] : select.body->items()) {
    if (key != "targetList" && key != "limitOption" && key != "op") return std::nullopt;
  }
  std::vector<Cell> cells;
  for (const auto& item : tree::List(*select.body, "targetList")) {
    const auto value = tree::Open(tree::At(*tree::Open(item).body, "val"));
    if (!value.Is("A_Const")) return std::nullopt;
    cells.push_back(ReadConstant(query, *value.body));
  }
  return cells;
}

std::shared_ptr<arrow::Array> ValueOf(const Cell& cell, const columnar::Type& type) {
  const bool null = cell.kind == Cell::Kind::kNull;
  const bool known = (cell.kind == Cell::Kind::kInteger &&
                      (type.kind == TypeKind::kInt4 || type.kind == TypeKind::kInt8)) ||
                     ((cell.kind == Cell::Kind::kString || null) && type.kind == TypeKind::kText) ||
                     (cell.kind == Cell::Kind::kBool && type.kind == TypeKind::kBool);
  if (!known) return nullptr;
  auto value = ValueFromText(type, null ? std::nullopt : std::optional(cell.text), {});
  return value ? *std::move(value) : nullptr;
}

}  // namespace

std::shared_ptr<const ConstantRow> FindConstantRow(const Statement& query) {
  const auto cells = Constants(query);
  if (!cells) return nullptr;
  auto row = std::make_shared<ConstantRow>();
  if (!cells->empty()) {
    auto written = WriteQuery(query, {});
    if (!written || written->fields.size() != cells->size()) return nullptr;
    row->fields = std::move(written->fields);
  }
  arrow::FieldVector fields;
  arrow::ArrayVector values;
  for (size_t i = 0; i < cells->size(); ++i) {
    auto value = ValueOf((*cells)[i], row->fields[i].type);
    if (!value) return nullptr;
    fields.push_back(arrow::field(row->fields[i].name, value->type()));
    values.push_back(std::move(value));
  }
  row->batch = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), 1, std::move(values));
  return row;
}

}  // namespace firn::sql

#include "sql/file_pruning.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include <arrow/array.h>
#include <arrow/scalar.h>

#include "columnar/table_schema.h"
#include "lake/bounds.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;
using lake::OrderedValue;

bool IsInteger(TypeKind kind) {
  return kind == TypeKind::kInt2 || kind == TypeKind::kInt4 || kind == TypeKind::kInt8;
}
bool IsText(TypeKind kind) {
  return kind == TypeKind::kText || kind == TypeKind::kVarchar;
}

bool IsPrunable(const columnar::Type& type) {
  if (type.array || type.user_type != 0) return false;
  switch (type.kind) {
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestamptz:
    case TypeKind::kUuid:
      return true;
    default:
      return IsInteger(type.kind) || IsText(type.kind);
  }
}

/// Whether `column = value` compares values as they are, without a cast of the column.
bool SameOrder(const columnar::Type& column, const columnar::Type& value) {
  if (value.array || value.user_type != 0) return false;
  return column.kind == value.kind || (IsInteger(column.kind) && IsInteger(value.kind)) ||
         (IsText(column.kind) && IsText(value.kind));
}

std::optional<OrderedValue> FirstValue(const arrow::Array& array) {
  if (array.length() != 1 || array.IsNull(0)) return std::nullopt;
  const auto number = [](auto value) { return OrderedValue(static_cast<int64_t>(value)); };
  const auto bytes = [](std::string_view value) { return OrderedValue(std::string(value)); };
  switch (array.type_id()) {
    case arrow::Type::INT16:
      return number(static_cast<const arrow::Int16Array&>(array).Value(0));
    case arrow::Type::INT32:
      return number(static_cast<const arrow::Int32Array&>(array).Value(0));
    case arrow::Type::INT64:
      return number(static_cast<const arrow::Int64Array&>(array).Value(0));
    case arrow::Type::DATE32:
      return number(static_cast<const arrow::Date32Array&>(array).Value(0));
    case arrow::Type::TIMESTAMP:
      return number(static_cast<const arrow::TimestampArray&>(array).Value(0));
    case arrow::Type::STRING:
      return bytes(static_cast<const arrow::StringArray&>(array).GetView(0));
    case arrow::Type::FIXED_SIZE_BINARY:
      return bytes(static_cast<const arrow::FixedSizeBinaryArray&>(array).GetView(0));
    default:
      return std::nullopt;
  }
}

/// A constant as the column's type reads it. Nothing for NULL and for what compares otherwise.
std::optional<OrderedValue> ValueOf(const columnar::Type& column, const Cell& cell,
                                    const std::vector<BoundParameter>* parameters,
                                    const columnar::TextStyle& style) {
  if (cell.cast && *cell.cast != columnar::Type{cell.cast->kind}) return std::nullopt;
  if (cell.cast && !SameOrder(column, *cell.cast)) return std::nullopt;
  if (cell.kind == Cell::Kind::kParameter) {
    const auto index = static_cast<size_t>(cell.parameter) - 1;
    if (parameters == nullptr || index >= parameters->size()) return std::nullopt;
    const auto& bound = (*parameters)[index];
    return SameOrder(column, bound.type) ? FirstValue(*bound.value) : std::nullopt;
  }
  const bool number = cell.kind == Cell::Kind::kInteger && IsInteger(column.kind);
  if (!number && cell.kind != Cell::Kind::kString) return std::nullopt;
  // Wider than the column: a number beyond its type is beyond its bounds too.
  const auto kind = IsInteger(column.kind) ? TypeKind::kInt8 : column.kind;
  const auto value = ValueFromText({kind}, cell.text, style);
  return value ? FirstValue(**value) : std::nullopt;
}

/// A condition on a column whose bounds tell.
struct Test {
  const columnar::Column* column;
  Comparison comparison;
  std::vector<OrderedValue> values;
};

bool MayMatch(const Test& test, const lake::DataFile& file) {
  const auto* stats = file.Find(test.column->id);
  if (stats == nullptr || !stats->lower || !stats->upper) return true;
  const auto lower = lake::OrderedBound(test.column->type, *stats->lower);
  const auto upper = lake::OrderedBound(test.column->type, *stats->upper);
  if (!lower || !upper) return true;
  return std::any_of(test.values.begin(), test.values.end(), [&](const OrderedValue& value) {
    switch (test.comparison) {
      case Comparison::kEqual:
        return *lower <= value && value <= *upper;
      case Comparison::kLess:
        return *lower < value;
      case Comparison::kLessOrEqual:
        return *lower <= value;
      case Comparison::kGreater:
        return value < *upper;
      case Comparison::kGreaterOrEqual:
        return value <= *upper;
    }
    return true;
  });
}

const columnar::Column* FindColumn(const catalog::TableDefinition& table, std::string_view name) {
  const auto& columns = table.columns.columns;
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const auto& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<Test> TestsOf(const catalog::TableDefinition& table,
                          const std::vector<ColumnCondition>& conditions,
                          const std::vector<BoundParameter>* parameters,
                          const columnar::TextStyle& style) {
  std::vector<Test> tests;
  for (const auto& condition : conditions) {
    const auto* column = FindColumn(table, condition.column);
    if (column == nullptr || !IsPrunable(column->type)) continue;
    Test test{column, condition.comparison, {}};
    for (const auto& cell : condition.values) {
      auto value = ValueOf(column->type, cell, parameters, style);
      if (value) test.values.push_back(*std::move(value));
    }
    if (test.values.size() == condition.values.size()) tests.push_back(std::move(test));
  }
  return tests;
}

/// Of a value, what may be compared so with it.
table::ColumnRange RangeOf(FieldId column, Comparison comparison, int64_t value) {
  const table::ColumnRange none{.column = column, .least = INT64_MAX, .most = INT64_MIN};
  switch (comparison) {
    case Comparison::kEqual:
      return {.column = column, .least = value, .most = value};
    case Comparison::kLess:
      return value == INT64_MIN ? none : table::ColumnRange{.column = column, .most = value - 1};
    case Comparison::kLessOrEqual:
      return {.column = column, .most = value};
    case Comparison::kGreater:
      return value == INT64_MAX ? none : table::ColumnRange{.column = column, .least = value + 1};
    case Comparison::kGreaterOrEqual:
      return {.column = column, .least = value};
  }
  return {.column = column};
}

/// The infinities are kept as the ends of what a number can be.
bool IsFarFromInfinity(const columnar::Type& type, int64_t value) {
  if (IsInteger(type.kind)) return true;
  const int64_t far = type.kind == TypeKind::kDate ? INT64_C(1) << 30 : INT64_C(1) << 62;
  return -far < value && value < far;
}

/// With the values of a file too. False if it does not tell them.
bool Widen(ColumnExtremes& extremes, const lake::DataFile& file) {
  const auto* stats = file.Find(extremes.column->id);
  if (stats == nullptr) return false;
  if (stats->nulls == file.rows) return true;
  if (!stats->lower || !stats->upper) return false;
  const auto& type = extremes.column->type;
  const auto lower = lake::OrderedBound(type, *stats->lower);
  const auto upper = lake::OrderedBound(type, *stats->upper);
  const auto* least = lower ? std::get_if<int64_t>(&*lower) : nullptr;
  const auto* greatest = upper ? std::get_if<int64_t>(&*upper) : nullptr;
  if (least == nullptr || greatest == nullptr) return false;
  if (!IsFarFromInfinity(type, *least) || !IsFarFromInfinity(type, *greatest)) return false;
  extremes.zone.Join({*least, *greatest});
  return true;
}

}  // namespace

std::vector<const lake::DataFile*> FilesThatMayMatch(const catalog::TableDefinition& table,
                                                     std::vector<const lake::DataFile*> files,
                                                     const std::vector<ColumnCondition>& conditions,
                                                     const std::vector<BoundParameter>* parameters,
                                                     const columnar::TextStyle& style) {
  if (files.empty()) return files;
  const auto tests = TestsOf(table, conditions, parameters, style);
  std::erase_if(files, [&](const lake::DataFile* file) {
    return !std::all_of(tests.begin(), tests.end(),
                        [&](const Test& test) { return MayMatch(test, *file); });
  });
  return files;
}

std::optional<std::vector<ColumnExtremes>> ExtremesOfFiles(
    const catalog::TableDefinition& table, const std::set<std::string>& columns,
    const std::vector<const lake::DataFile*>& files) {
  std::vector<ColumnExtremes> extremes;
  for (const auto& name : columns) {
    const auto* column = FindColumn(table, name);
    if (column == nullptr || !IsPrunable(column->type)) return {};
    ColumnExtremes over{column};
    for (const auto* file : files) {
      if (!Widen(over, *file)) return {};
    }
    extremes.push_back(over);
  }
  return extremes;
}

bool AllFinite(const columnar::Column& column, const std::vector<const lake::DataFile*>& files) {
  const auto finite = [&](const std::string& bound) {
    const auto value = lake::ScalarFromBound(column.type, bound);
    if (!value) return false;
    if (column.type.kind == TypeKind::kFloat4) {
      return std::isfinite(static_cast<const arrow::FloatScalar&>(**value).value);
    }
    return std::isfinite(static_cast<const arrow::DoubleScalar&>(**value).value);
  };
  return std::all_of(files.begin(), files.end(), [&](const lake::DataFile* file) {
    const auto* stats = file->Find(column.id);
    if (stats == nullptr) return false;
    if (stats->nulls == file->rows) return true;
    const bool known = stats->lower && stats->upper && stats->nans == 0;
    return known && finite(*stats->lower) && finite(*stats->upper);
  });
}

std::vector<table::ColumnRange> RangesThatMatch(const catalog::TableDefinition& table,
                                                const std::vector<ColumnCondition>& conditions,
                                                const std::vector<BoundParameter>* parameters,
                                                const columnar::TextStyle& style) {
  std::vector<table::ColumnRange> ranges;
  for (const auto& test : TestsOf(table, conditions, parameters, style)) {
    std::optional<table::ColumnRange> widest;
    for (const auto& value : test.values) {
      const auto* number = std::get_if<int64_t>(&value);
      if (number == nullptr) break;
      const auto range = RangeOf(test.column->id, test.comparison, *number);
      if (!widest) widest = range;
      widest->least = std::min(widest->least, range.least);
      widest->most = std::max(widest->most, range.most);
    }
    if (widest) ranges.push_back(*widest);
  }
  return ranges;
}

}  // namespace firn::sql

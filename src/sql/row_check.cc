#include "sql/row_check.h"

#include <algorithm>
#include <string>

#include <arrow/api.h>

#include "sql/parameters.h"

namespace firn::sql {
namespace {

constexpr size_t kShownCharacters = 64;

int64_t FirstNull(const arrow::Array& array) {
  int64_t row = 0;
  while (row < array.length() && !array.IsNull(row)) ++row;
  return row;
}

int64_t Characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

Status CheckLength(const columnar::Column& column, const arrow::StringArray& texts) {
  const int64_t most = column.type.length;
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (texts.IsNull(row)) continue;
    const std::string_view text = texts.GetView(row);
    if (static_cast<int64_t>(text.size()) <= most || Characters(text) <= most) continue;
    return Fail(MakeError(ErrorCode::kInvalidInput, "value too long for type {}",
                          columnar::PostgresName(columnar::ElementOf(column.type)))
                    .WithSqlState("22001"));
  }
  return {};
}

Status CheckLabelsOf(const catalog::UserType& type, const arrow::StringArray& texts) {
  // Rows come with the same few labels: the last one seen is looked at first.
  std::string_view last;
  bool any = false;
  for (int64_t row = 0; row < texts.length(); ++row) {
    if (texts.IsNull(row)) continue;
    const std::string_view text = texts.GetView(row);
    if (any && text == last) continue;
    if (std::find(type.labels.begin(), type.labels.end(), text) == type.labels.end()) {
      return Fail(NoSuchLabel(type.name, text));
    }
    last = text;
    any = true;
  }
  return {};
}

/// An array's elements, a plain column itself.
std::shared_ptr<arrow::Array> Elements(const columnar::Column& column,
                                       const std::shared_ptr<arrow::Array>& array) {
  if (!column.type.array) return array;
  const auto& lists = static_cast<const arrow::ListArray&>(*array);
  return lists.values()->Slice(lists.value_offset(0),
                               lists.value_offset(lists.length()) - lists.value_offset(0));
}

}  // namespace

Error NamingColumn(Error error, const columnar::Column& column) {
  if (columnar::IsBare(column.type) && error.SqlState() == "22003") {
    error.message += fmt::format(": column \"{}\"", column.name);
  }
  return error;
}

std::string FailingRow(const catalog::TableDefinition& table, const arrow::RecordBatch& batch,
                       int64_t row) {
  std::string shown;
  for (int i = 0; i < batch.num_columns(); ++i) {
    if (i > 0) shown += ", ";
    const auto& type = table.columns.columns[static_cast<size_t>(i)].type;
    auto text = TextOfValue(type, *batch.column(i), row, {}).value_or("null");
    if (text.size() > kShownCharacters) {
      size_t cut = kShownCharacters;
      while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
      text = text.substr(0, cut) + "...";
    }
    shown += text;
  }
  return fmt::format("Failing row contains ({}).", shown);
}

Status CheckLengths(const catalog::TableDefinition& table, const arrow::RecordBatch& batch) {
  for (int i = 0; i < batch.num_columns(); ++i) {
    const auto& column = table.columns.columns[static_cast<size_t>(i)];
    if (column.type.length > 0) {
      const auto texts = Elements(column, batch.column(i));
      FIRN_RETURN_IF_ERROR(CheckLength(column, static_cast<const arrow::StringArray&>(*texts)));
    }
  }
  return {};
}

Status CheckLabels(const UserTypes& types, const catalog::TableDefinition& table,
                   const arrow::RecordBatch& batch) {
  for (int i = 0; i < batch.num_columns(); ++i) {
    const auto& column = table.columns.columns[static_cast<size_t>(i)];
    if (column.type.kind != columnar::TypeKind::kEnum) continue;
    const auto type = types.Find(column.type.user_type);
    if (type == nullptr) {
      return Fail(ErrorCode::kCorrupt, "column \"{}\" of table \"{}\" has a type that is gone",
                  column.name, table.name);
    }
    const auto texts = Elements(column, batch.column(i));
    FIRN_RETURN_IF_ERROR(CheckLabelsOf(*type, static_cast<const arrow::StringArray&>(*texts)));
  }
  return {};
}

std::optional<NullPlace> FirstNullRow(const catalog::TableDefinition& table,
                                      const arrow::RecordBatch& batch) {
  std::optional<NullPlace> first;
  for (size_t i = 0; i < table.columns.columns.size(); ++i) {
    if (!table.columns.columns[i].not_null) continue;
    const auto& array = *batch.column(static_cast<int>(i));
    if (array.null_count() == 0) continue;
    const int64_t row = FirstNull(array);
    if (!first || row < first->row) first = NullPlace{.row = row, .column = i};
  }
  return first;
}

Failure NullRow(const catalog::TableDefinition& table, const arrow::RecordBatch& batch,
                const NullPlace& place) {
  return Fail(MakeError(ErrorCode::kInvalidInput,
                        "null value in column \"{}\" of relation \"{}\" violates not-null "
                        "constraint",
                        table.columns.columns[place.column].name, table.name)
                  .WithSqlState("23502")
                  .WithDetail(FailingRow(table, batch, place.row))
                  .About({.schema = table.schema,
                          .table = table.name,
                          .column = table.columns.columns[place.column].name}));
}

}  // namespace firn::sql

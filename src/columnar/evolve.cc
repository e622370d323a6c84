#include "columnar/evolve.h"

#include <charconv>

#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

namespace firn::columnar {
namespace {

bool IsInteger(TypeKind kind) {
  return kind == TypeKind::kInt2 || kind == TypeKind::kInt4 || kind == TypeKind::kInt8;
}

}  // namespace

FieldId FieldIdOf(const arrow::Field& field) {
  if (field.metadata() == nullptr) return FieldId();
  const auto text = field.metadata()->Get(std::string(kFieldIdKey));
  if (!text.ok()) return FieldId();
  int32_t id = 0;
  std::from_chars(text->data(), text->data() + text->size(), id);
  return FieldId(id);
}

std::vector<int> PlacesOf(const std::vector<Column>& columns, const arrow::Schema& held) {
  std::vector<int> places;
  for (const auto& column : columns) {
    int place = -1;
    for (int i = 0; place < 0 && i < held.num_fields(); ++i) {
      if (FieldIdOf(*held.field(i)) == column.id) place = i;
    }
    places.push_back(place);
  }
  return places;
}

Result<std::shared_ptr<arrow::Array>> Widened(std::shared_ptr<arrow::Array> values,
                                              const std::shared_ptr<arrow::DataType>& type) {
  if (values->type()->Equals(*type)) return values;
  auto cast = arrow::compute::Cast(*values, type);
  if (!cast.ok()) {
    return Fail(ErrorCode::kSchemaMismatch, "values of type {} cannot be read as {}: {}",
                values->type()->ToString(), type->ToString(), cast.status().message());
  }
  return *std::move(cast);
}

Result<std::shared_ptr<arrow::Array>> NullColumn(const std::shared_ptr<arrow::DataType>& type,
                                                 int64_t rows) {
  auto nulls = arrow::MakeArrayOfNull(type, rows);
  if (!nulls.ok()) return Fail(ErrorCode::kOverloaded, "nulls: {}", nulls.status().message());
  return *std::move(nulls);
}

Result<std::shared_ptr<arrow::RecordBatch>> EvolveRows(
    const std::shared_ptr<arrow::RecordBatch>& rows, const std::shared_ptr<arrow::Schema>& wanted) {
  const auto& held = rows->schema();
  if (held == wanted || held->Equals(*wanted, true)) return rows;
  arrow::ArrayVector columns;
  for (const auto& field : wanted->fields()) {
    const FieldId id = FieldIdOf(*field);
    int place = -1;
    for (int i = 0; place < 0 && i < held->num_fields(); ++i) {
      // The hidden columns of rows in memory carry no ids.
      const auto& one = *held->field(i);
      const bool hidden = id == kLsnFieldId || id == kTimestampFieldId;
      if (hidden ? one.name() == field->name() : FieldIdOf(one) == id) place = i;
    }
    if (place < 0) {
      FIRN_TRY(columns.emplace_back(), NullColumn(field->type(), rows->num_rows()));
    } else {
      FIRN_TRY(columns.emplace_back(), Widened(rows->column(place), field->type()));
    }
  }
  return arrow::RecordBatch::Make(wanted, rows->num_rows(), std::move(columns));
}

bool WidensTo(const Type& from, const Type& to) {
  if (from == to) return true;
  const bool alike = from.array == to.array && from.user_type == to.user_type;
  if (IsBare(from) && IsBare(to)) return alike;  // kept as it was
  if (from.array || to.array) return false;
  if (IsInteger(from.kind) && IsInteger(to.kind)) return from.kind < to.kind;
  if (from.kind == TypeKind::kFloat4) return to.kind == TypeKind::kFloat8;
  if (from.kind == TypeKind::kNumeric && to.kind == TypeKind::kNumeric) {
    return from.precision > 0 && from.scale == to.scale && from.precision <= to.precision;
  }
  if (from.kind == TypeKind::kText) return to.kind == TypeKind::kVarchar && to.length == 0;
  if (from.kind != TypeKind::kVarchar) return false;
  if (to.kind == TypeKind::kText) return true;
  return to.kind == TypeKind::kVarchar &&
         (to.length == 0 || (from.length > 0 && from.length <= to.length));
}

}  // namespace firn::columnar

#include "sql/text_rows.h"

#include <utility>

#include <arrow/api.h>

#include "columnar/value_parser.h"
#include "sql/parameters.h"

namespace firn::sql {

std::shared_ptr<arrow::Schema> SchemaOfFields(const std::vector<columnar::Field>& fields) {
  arrow::FieldVector made;
  for (const auto& field : fields) {
    made.push_back(arrow::field(field.name, columnar::ArrowType(field.type)));
  }
  return arrow::schema(std::move(made));
}

Result<std::shared_ptr<arrow::RecordBatch>> BatchOfTextRows(
    const std::vector<columnar::Field>& fields, const std::vector<TextRow>& rows) {
  auto schema = SchemaOfFields(fields);
  arrow::ArrayVector columns;
  for (size_t i = 0; i < fields.size(); ++i) {
    auto builder = arrow::MakeBuilder(columnar::ArrowType(fields[i].type));
    if (!builder.ok()) return Fail(ErrorCode::kInternal, "{}", builder.status().ToString());
    const auto parser = columnar::ValueParser::Make(fields[i].type, builder->get());
    for (const auto& row : rows) {
      FIRN_RETURN_IF_ERROR(row[i] ? parser->AppendText(*row[i]) : parser->AppendNull());
    }
    auto column = (*builder)->Finish();
    if (!column.ok()) return Fail(ErrorCode::kInternal, "{}", column.status().ToString());
    columns.push_back(std::move(column).ValueUnsafe());
  }
  return arrow::RecordBatch::Make(std::move(schema), static_cast<int64_t>(rows.size()),
                                  std::move(columns));
}

std::optional<std::string> TimestampText(int64_t us, const columnar::TextStyle& style) {
  if (us == 0) return std::nullopt;
  const columnar::Type type{.kind = columnar::TypeKind::kTimestamptz};
  arrow::TimestampBuilder builder(columnar::ArrowType(type), arrow::default_memory_pool());
  std::shared_ptr<arrow::Array> array;
  if (!builder.Append(us).ok() || !builder.Finish(&array).ok()) return std::nullopt;
  return TextOfValue(type, *array, 0, style);
}

}  // namespace firn::sql

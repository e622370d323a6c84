#include "columnar/through_text.h"

#include <arrow/api.h>

#include "columnar/value_parser.h"
#include "columnar/value_writer.h"

namespace firn::columnar {

Result<std::shared_ptr<arrow::Array>> ThroughText(const Type& type,
                                                  std::shared_ptr<arrow::Array> values,
                                                  const std::shared_ptr<arrow::DataType>& wanted) {
  if (values->type()->Equals(*wanted)) return values;
  auto builder = arrow::MakeBuilder(wanted);
  if (!builder.ok()) return Fail(ErrorCode::kInternal, "{}", builder.status().ToString());
  const auto parser = ValueParser::Make(type, builder->get());
  const auto writer = ValueWriter::MakeText(type, *values);
  std::string text;
  for (int64_t row = 0; row < values->length(); ++row) {
    if (writer->IsNull(row)) {
      FIRN_RETURN_IF_ERROR(parser->AppendNull());
      continue;
    }
    text.clear();
    writer->Append(row, text);
    FIRN_RETURN_IF_ERROR(parser->AppendText(text));
  }
  auto array = (*builder)->Finish();
  if (!array.ok()) return Fail(ErrorCode::kInternal, "{}", array.status().ToString());
  return *std::move(array);
}

}  // namespace firn::columnar

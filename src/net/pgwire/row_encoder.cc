#include "net/pgwire/row_encoder.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "net/pgwire/byte_order.h"

namespace firn::net::pgwire {

RowEncoder::RowEncoder(const std::vector<columnar::Field>& fields,
                       std::shared_ptr<arrow::RecordBatch> batch, const ResultFormats& formats,
                       const columnar::TextStyle* style)
    : batch_(std::move(batch)), rows_(batch_->num_rows()) {
  FIRN_CHECK(static_cast<size_t>(batch_->num_columns()) == fields.size());
  const columnar::TextStyle standard;
  const auto& used = style != nullptr ? *style : standard;
  columns_.reserve(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto& array = *batch_->column(static_cast<int>(i));
    columns_.push_back(formats.at(i) == Format::kText
                           ? columnar::ValueWriter::MakeText(fields[i].type, array, used)
                           : columnar::ValueWriter::MakeBinary(fields[i].type, array));
  }
}

Status RowEncoder::Encode(std::string& out, size_t bytes) {
  // 'D', length, number of columns: the same for every row but for the length.
  char head[7] = {'D'};
  head[5] = static_cast<char>(columns_.size() >> 8);
  head[6] = static_cast<char>(columns_.size());
  for (; row_ < rows_ && out.size() < bytes; ++row_) {
    const size_t start = out.size();
    out.append(head, sizeof(head));
    for (const auto& column : columns_) {
      if (column->IsNull(row_)) {
        AppendBig32(out, UINT32_MAX);
        continue;
      }
      const size_t length_at = out.size();
      out.append(4, '\0');
      column->Append(row_, out);
      WriteBig32(out.data() + length_at, static_cast<uint32_t>(out.size() - length_at - 4));
    }
    const size_t length = out.size() - start - 1;
    if (length > kRowBytesMax) {
      out.resize(start);
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "a row is too long for the protocol: bytes={} most={}", length,
                            kRowBytesMax)
                      .WithSqlState("54000"));
    }
    WriteBig32(out.data() + start + 1, static_cast<uint32_t>(length));
  }
  return {};
}

}  // namespace firn::net::pgwire

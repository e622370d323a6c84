#include <absl/container/flat_hash_set.h>
#include <arrow/array.h>
#include <arrow/util/compression.h>

#include "lake/column_encoding_internal.h"

namespace firn::lake {
namespace {

constexpr int64_t kSpread = 2048;      // rows all over the batch, for counting distinct values
constexpr int64_t kNeighbours = 4096;  // rows one after another, for what they compress to
// Compression must save at least a tenth of what the values take plain.
constexpr int64_t kWorthwhile = 10;

bool IsText(const arrow::Array& column) {
  return column.type_id() == arrow::Type::STRING || column.type_id() == arrow::Type::BINARY;
}

// The plain values of rows [from, from + rows), without the lengths of texts.
std::string_view BytesOf(const arrow::Array& column, int64_t from, int64_t rows) {
  if (IsText(column)) {
    const auto& texts = static_cast<const arrow::BinaryArray&>(column);
    const int64_t begin = texts.value_offset(from);
    return {reinterpret_cast<const char*>(texts.raw_data()) + begin,
            static_cast<size_t>(texts.value_offset(from + rows) - begin)};
  }
  const int64_t width = column.type()->byte_width();
  const auto* values = column.data()->GetValues<char>(1, 0);
  return {values + (column.offset() + from) * width, static_cast<size_t>(rows * width)};
}

// Whether most values are distinct: then trying a dictionary costs time in every row group, until
// it is given up.
bool LooksDistinct(const arrow::Array& column) {
  absl::flat_hash_set<std::string_view> seen;
  int64_t sampled = 0;
  const int64_t step = column.length() / kSpread;
  for (int64_t row = 0; row < column.length(); row += step) {
    if (column.IsNull(row)) continue;
    ++sampled;
    seen.insert(BytesOf(column, row, 1));
  }
  return sampled > 0 && static_cast<int64_t>(seen.size()) * 10 > sampled * 9;
}

int64_t CompressedSize(std::string_view bytes, int level) {
  const auto codec = arrow::util::Codec::Create(arrow::Compression::ZSTD, level);
  if (!codec.ok()) return static_cast<int64_t>(bytes.size());
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto size = static_cast<int64_t>(bytes.size());
  std::vector<uint8_t> out(static_cast<size_t>((*codec)->MaxCompressedLen(size, data)));
  const auto written = (*codec)->Compress(size, data, static_cast<int64_t>(out.size()), out.data());
  return written.ok() ? *written : size;
}

}  // namespace

ColumnEncoding ChooseEncoding(const arrow::Array& first, int level) {
  const auto type = first.type_id();
  if (type == arrow::Type::BOOL || type == arrow::Type::LIST || first.length() < kNeighbours ||
      !LooksDistinct(first)) {
    return {};
  }
  const auto plain = BytesOf(first, (first.length() - kNeighbours) / 2, kNeighbours);
  const auto bytes = static_cast<int64_t>(plain.size());
  const int64_t saved = bytes - CompressedSize(plain, level);
  return {.dictionary = false, .compressed = saved * kWorthwhile >= bytes};
}

}  // namespace firn::lake

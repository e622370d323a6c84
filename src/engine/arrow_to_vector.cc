#include <cstring>

#include <arrow/array/data.h>
#include <arrow/buffer.h>

#include "engine/arrow_to_vector_internal.h"
#include "engine/duckdb_types_internal.h"
#include "engine/uuid_bytes_internal.h"

namespace firn::engine {
namespace {

using arrow::ArrayData;
using columnar::Layout;

template <typename T>
const T* Values(const ArrayData& array, int64_t offset) {
  return reinterpret_cast<const T*>(array.buffers[1]->data()) + array.offset + offset;
}

template <size_t kWidth>
void CopyFixed(const ArrayData& array, int64_t offset, int64_t rows, void* out) {
  const uint8_t* from = array.buffers[1]->data() + (array.offset + offset) * kWidth;
  std::memcpy(out, from, static_cast<size_t>(rows) * kWidth);
}

void WriteBools(const ArrayData& array, int64_t offset, int64_t rows, void* out) {
  const uint8_t* bits = array.buffers[1]->data();
  auto* bytes = static_cast<uint8_t*>(out);
  const int64_t first = array.offset + offset;
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t at = first + i;
    bytes[i] = (bits[at >> 3] >> (at & 7)) & 1;
  }
}

// A decimal128 that fits the precision has its whole value in the low half (DuckDB stores up to
// 18 digits in at most eight bytes).
template <typename T>
void NarrowDecimals(const ArrayData& array, int64_t offset, int64_t rows, void* out) {
  const uint8_t* from = array.buffers[1]->data() + (array.offset + offset) * 16;
  auto* to = static_cast<T*>(out);
  for (int64_t i = 0; i < rows; ++i) {
    int64_t low;
    std::memcpy(&low, from + i * 16, sizeof(low));
    to[i] = static_cast<T>(low);
  }
}

void WriteUuids(const ArrayData& array, int64_t offset, int64_t rows, void* out) {
  const uint8_t* from = array.buffers[1]->data() + (array.offset + offset) * 16;
  auto* to = static_cast<duckdb_hugeint*>(out);
  for (int64_t i = 0; i < rows; ++i) to[i] = UuidToHugeint(from + i * 16);
}

constexpr int32_t kInlineBytes = 12;

void WriteStrings(const ArrayData& array, int64_t offset, int64_t rows, void* out) {
  const auto* offsets = Values<int32_t>(array, offset);
  const auto* data = array.buffers[2] ? reinterpret_cast<const char*>(array.buffers[2]->data())
                                      : static_cast<const char*>(nullptr);
  auto* to = static_cast<duckdb_string_t*>(out);
  int32_t begin = offsets[0];
  for (int64_t i = 0; i < rows; ++i) {
    const int32_t end = offsets[i + 1];
    const int32_t length = end - begin;
    auto& value = to[i].value;
    if (length > kInlineBytes) {
      value.pointer.length = static_cast<uint32_t>(length);
      std::memcpy(value.pointer.prefix, data + begin, sizeof(value.pointer.prefix));
      value.pointer.ptr = const_cast<char*>(data + begin);
    } else {
      // The unused bytes must be zero: DuckDB compares all of them.
      value.inlined = {};
      value.inlined.length = static_cast<uint32_t>(length);
      if (length > 0) std::memcpy(value.inlined.inlined, data + begin, length);
    }
    begin = end;
  }
}

// 64 bits from any bit position; bits beyond the buffer read as zero.
uint64_t LoadBits(const uint8_t* bits, int64_t bytes, int64_t position) {
  const int64_t at = position >> 3;
  const int shift = static_cast<int>(position & 7);
  uint64_t low = 0;
  uint8_t high = 0;
  if (at + 9 <= bytes) {
    std::memcpy(&low, bits + at, 8);
    high = bits[at + 8];
  } else if (at < bytes) {
    std::memcpy(&low, bits + at, static_cast<size_t>(std::min<int64_t>(8, bytes - at)));
  }
  return shift == 0 ? low : low >> shift | static_cast<uint64_t>(high) << (64 - shift);
}

}  // namespace

WriteValues ValueWriter(const columnar::Type& type) {
  switch (LayoutOf(type)) {
    case Layout::kBool:
      return WriteBools;
    case Layout::kInt16:
      return CopyFixed<2>;
    case Layout::kInt32:
    case Layout::kFloat:
    case Layout::kDate:
      return CopyFixed<4>;
    case Layout::kInt64:
    case Layout::kDouble:
    case Layout::kTime:
    case Layout::kTimestamp:
    case Layout::kTimestamptz:
      return CopyFixed<8>;
    case Layout::kDecimal:
      switch (DecimalStorage(type.precision)) {
        case DUCKDB_TYPE_SMALLINT:
          return NarrowDecimals<int16_t>;
        case DUCKDB_TYPE_INTEGER:
          return NarrowDecimals<int32_t>;
        case DUCKDB_TYPE_BIGINT:
          return NarrowDecimals<int64_t>;
        default:
          return CopyFixed<16>;
      }
    case Layout::kUtf8:
    case Layout::kBinary:
      return WriteStrings;
    case Layout::kUuid:
      return WriteUuids;
    case Layout::kList:
      break;
  }
  return nullptr;
}

void WriteValidity(const ArrayData& array, int64_t offset, int64_t rows, duckdb_vector out) {
  if (array.buffers[0] == nullptr || array.GetNullCount() == 0) return;
  duckdb_vector_ensure_validity_writable(out);
  uint64_t* words = duckdb_vector_get_validity(out);
  const uint8_t* bits = array.buffers[0]->data();
  const int64_t bytes = array.buffers[0]->size();
  const int64_t first = array.offset + offset;
  for (int64_t row = 0; row < rows; row += 64) {
    words[row / 64] = LoadBits(bits, bytes, first + row);
  }
}

void WriteColumn(const columnar::Type& type, const ArrayData& array, int64_t offset, int64_t rows,
                 duckdb_vector out) {
  WriteValidity(array, offset, rows, out);
  if (LayoutOf(type) != Layout::kList) {
    ValueWriter(type)(array, offset, rows, duckdb_vector_get_data(out));
    return;
  }
  const auto* offsets = Values<int32_t>(array, offset);
  auto* entries = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(out));
  const int32_t first = offsets[0];
  for (int64_t i = 0; i < rows; ++i) {
    entries[i] = {static_cast<uint64_t>(offsets[i] - first),
                  static_cast<uint64_t>(offsets[i + 1] - offsets[i])};
  }
  const int64_t elements = offsets[rows] - first;
  duckdb_list_vector_reserve(out, static_cast<idx_t>(elements));
  duckdb_list_vector_set_size(out, static_cast<idx_t>(elements));
  if (elements == 0) return;
  WriteColumn(ElementOf(type), *array.child_data[0], first, elements,
              duckdb_list_vector_get_child(out));
}

bool PointsIntoBatch(const columnar::Type& type) {
  const auto layout = LayoutOf(ElementOf(type));
  return layout == Layout::kUtf8 || layout == Layout::kBinary;
}

}  // namespace firn::engine

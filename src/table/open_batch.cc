#include "table/open_batch.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <span>

#include <arrow/api.h>
#include <arrow/util/bit_util.h>

#include "base/result.h"
#include "columnar/batch.h"

namespace firn::table {
namespace {

std::shared_ptr<arrow::Buffer> Allocate(int64_t bytes) {
  // Untouched pages of a large allocation cost no memory.
  auto buffer = arrow::AllocateBuffer(bytes);
  FIRN_CHECK(buffer.ok());
  return std::shared_ptr<arrow::Buffer>(std::move(*buffer));
}

// A bitmap whose bytes are read while the writer sets bits in the last one.
class SharedBitmap {
 public:
  explicit SharedBitmap(uint8_t fill) : bytes_(Allocate(OpenBatch::kRows / 8)) {
    std::memset(bytes_->mutable_data(), fill, OpenBatch::kRows / 8);
  }
  void Set(int64_t row, bool value) {
    std::atomic_ref<uint8_t> byte(bytes_->mutable_data()[row / 8]);
    const auto bit = static_cast<uint8_t>(1u << (row % 8));
    if (value) {
      byte.fetch_or(bit, std::memory_order_relaxed);
    } else {
      byte.fetch_and(static_cast<uint8_t>(~bit), std::memory_order_relaxed);
    }
  }
  /// Bytes that cover rows [from, to): the caller's bit offset is from % 8.
  std::shared_ptr<arrow::Buffer> Copy(int64_t from, int64_t to) const {
    const int64_t first = from / 8;
    const int64_t size = arrow::bit_util::BytesForBits(to) - first;
    auto copy = Allocate(size);
    for (int64_t i = 0; i < size; ++i) {
      std::atomic_ref<uint8_t> byte(bytes_->mutable_data()[first + i]);
      copy->mutable_data()[i] = byte.load(std::memory_order_relaxed);
    }
    return copy;
  }

 private:
  std::shared_ptr<arrow::Buffer> bytes_;
};

}  // namespace

class OpenBatch::ColumnStore {
 public:
  explicit ColumnStore(std::shared_ptr<arrow::DataType> type)
      : type_(std::move(type)), validity_(0xff) {}
  virtual ~ColumnStore() = default;

  // Values come as arrow::ArrayData: a batch makes an arrow::Array of a column behind a lock.
  virtual bool Fits(const arrow::ArrayData& values) const = 0;
  virtual void Append(const arrow::ArrayData& values, int64_t at) {
    if (values.GetNullCount() > 0) {
      for (int64_t i = 0; i < values.length; ++i) {
        if (values.IsNull(i)) validity_.Set(at + i, false);
      }
      has_nulls_.store(true, std::memory_order_release);
    }
    AppendValues(values, at);
  }
  virtual std::shared_ptr<arrow::ArrayData> Slice(int64_t from, int64_t to) const {
    // Both bitmaps of a slice start at the byte that holds row `from`.
    std::shared_ptr<arrow::Buffer> valid;
    if (has_nulls_.load(std::memory_order_acquire)) valid = validity_.Copy(from, to);
    auto slice = SliceValues(from, to, std::move(valid));
    if (slice->buffers[0] == nullptr) slice->null_count = 0;
    return slice;
  }

 protected:
  virtual void AppendValues(const arrow::ArrayData& values, int64_t at) = 0;
  /// `valid` starts at row from & ~7: the data's offset must be from % 8.
  virtual std::shared_ptr<arrow::ArrayData> SliceValues(
      int64_t from, int64_t to, std::shared_ptr<arrow::Buffer> valid) const = 0;

  const std::shared_ptr<arrow::DataType> type_;

 private:
  SharedBitmap validity_;
  std::atomic<bool> has_nulls_{false};
};

namespace {

class FixedColumn final : public OpenBatch::ColumnStore {
 public:
  FixedColumn(std::shared_ptr<arrow::DataType> type, int width)
      : ColumnStore(std::move(type)), width_(width), bytes_(Allocate(OpenBatch::kRows * width)) {}

  bool Fits(const arrow::ArrayData&) const override { return true; }

 private:
  void AppendValues(const arrow::ArrayData& values, int64_t at) override {
    std::memcpy(bytes_->mutable_data() + at * width_,
                values.buffers[1]->data() + values.offset * width_, values.length * width_);
  }
  std::shared_ptr<arrow::ArrayData> SliceValues(
      int64_t from, int64_t to, std::shared_ptr<arrow::Buffer> valid) const override {
    const int64_t first = from & ~int64_t{7};
    return arrow::ArrayData::Make(
        type_, to - from,
        {std::move(valid), arrow::SliceBuffer(bytes_, first * width_, (to - first) * width_)},
        arrow::kUnknownNullCount, from - first);
  }

  const int width_;
  const std::shared_ptr<arrow::Buffer> bytes_;
};

class BoolColumn final : public OpenBatch::ColumnStore {
 public:
  BoolColumn() : ColumnStore(arrow::boolean()), bits_(0) {}

  bool Fits(const arrow::ArrayData&) const override { return true; }

 private:
  void AppendValues(const arrow::ArrayData& values, int64_t at) override {
    const auto* bits = values.buffers[1]->data();
    for (int64_t i = 0; i < values.length; ++i) {
      const bool value = arrow::bit_util::GetBit(bits, values.offset + i);
      if (value && !values.IsNull(i)) bits_.Set(at + i, true);
    }
  }
  std::shared_ptr<arrow::ArrayData> SliceValues(
      int64_t from, int64_t to, std::shared_ptr<arrow::Buffer> valid) const override {
    return arrow::ArrayData::Make(type_, to - from, {std::move(valid), bits_.Copy(from, to)},
                                  arrow::kUnknownNullCount, from % 8);
  }

  SharedBitmap bits_;
};

class BinaryColumn final : public OpenBatch::ColumnStore {
 public:
  explicit BinaryColumn(std::shared_ptr<arrow::DataType> type)
      : ColumnStore(std::move(type)),
        offsets_(Allocate((OpenBatch::kRows + 1) * 4)),
        bytes_(Allocate(kFirstBytes)) {
    Offsets()[0] = 0;
  }

  bool Fits(const arrow::ArrayData& values) const override {
    return used_ + DataBytes(values) <= OpenBatch::kColumnBytes;
  }

 private:
  static constexpr int64_t kFirstBytes = 4096;

  static int64_t DataBytes(const arrow::ArrayData& values) {
    if (values.length == 0) return 0;  // it may have no offsets
    const auto* offsets = values.GetValues<int32_t>(1);
    return offsets[values.length] - offsets[0];
  }
  int32_t* Offsets() const { return reinterpret_cast<int32_t*>(offsets_->mutable_data()); }

  void AppendValues(const arrow::ArrayData& values, int64_t at) override {
    Reserve(used_ + DataBytes(values));
    const auto* from = values.GetValues<int32_t>(1);
    const auto* data = values.GetValues<uint8_t>(2, 0);
    auto* offsets = Offsets();
    auto* bytes = bytes_->mutable_data();
    for (int64_t i = 0; i < values.length; ++i) {
      const int64_t size = values.IsNull(i) ? 0 : from[i + 1] - from[i];
      if (size > 0) std::memcpy(bytes + used_, data + from[i], static_cast<size_t>(size));
      used_ += size;
      offsets[at + i + 1] = static_cast<int32_t>(used_);
    }
  }

  // Readers keep the buffer they saw: what they read was copied into the next one too.
  void Reserve(int64_t bytes) {
    if (bytes <= bytes_->size()) return;
    auto grown = Allocate(std::max(bytes, bytes_->size() * 2));
    std::memcpy(grown->mutable_data(), bytes_->data(), used_);
    std::lock_guard lock(mutex_);
    bytes_ = std::move(grown);
  }

  std::shared_ptr<arrow::ArrayData> SliceValues(
      int64_t from, int64_t to, std::shared_ptr<arrow::Buffer> valid) const override {
    std::shared_ptr<arrow::Buffer> bytes;
    {
      std::lock_guard lock(mutex_);
      bytes = bytes_;
    }
    const int64_t first = from & ~int64_t{7};
    return arrow::ArrayData::Make(
        type_, to - from,
        {std::move(valid), arrow::SliceBuffer(offsets_, first * 4, (to - first + 1) * 4),
         arrow::SliceBuffer(bytes, 0, Offsets()[to])},
        arrow::kUnknownNullCount, from - first);
  }

  const std::shared_ptr<arrow::Buffer> offsets_;
  int64_t used_ = 0;  // the writer's own
  mutable std::mutex mutex_;
  std::shared_ptr<arrow::Buffer> bytes_;  // guarded by mutex_ but for the writer
};

// Lists stay in the pieces they came in. A piece as long as the one before it is put together
// with that one, so there are few, and each row is copied a few times at most.
class ListColumn final : public OpenBatch::ColumnStore {
 public:
  using ColumnStore::ColumnStore;

  bool Fits(const arrow::ArrayData& values) const override {
    return bytes_ + columnar::ArrayBytes(values) <= OpenBatch::kColumnBytes;
  }

  void Append(const arrow::ArrayData& values, int64_t at) override {
    bytes_ += columnar::ArrayBytes(values);
    Piece piece{at, arrow::MakeArray(values.Copy())};
    auto pieces = pieces_;
    while (!pieces.empty() && pieces.back().rows->length() <= piece.rows->length()) {
      auto joined = arrow::Concatenate({pieces.back().rows, piece.rows});
      FIRN_CHECK(joined.ok());
      piece = {pieces.back().from, *std::move(joined)};
      pieces.pop_back();
    }
    pieces.push_back(std::move(piece));
    std::lock_guard lock(mutex_);
    pieces_.swap(pieces);
  }

  std::shared_ptr<arrow::ArrayData> Slice(int64_t from, int64_t to) const override {
    arrow::ArrayVector parts;
    {
      std::lock_guard lock(mutex_);
      for (const auto& piece : pieces_) {
        const int64_t first = std::max(from, piece.from);
        const int64_t end = std::min(to, piece.from + piece.rows->length());
        if (first < end) parts.push_back(piece.rows->Slice(first - piece.from, end - first));
      }
    }
    if (parts.size() == 1) return parts[0]->data();
    if (parts.empty()) return (*arrow::MakeEmptyArray(type_))->data();
    const auto joined = arrow::Concatenate(parts);
    FIRN_CHECK(joined.ok());
    return (*joined)->data();
  }

 private:
  struct Piece {
    int64_t from;
    std::shared_ptr<arrow::Array> rows;
  };

  void AppendValues(const arrow::ArrayData&, int64_t) override {}
  std::shared_ptr<arrow::ArrayData> SliceValues(int64_t, int64_t,
                                                std::shared_ptr<arrow::Buffer>) const override {
    return nullptr;
  }

  int64_t bytes_ = 0;  // the writer's own
  mutable std::mutex mutex_;
  std::vector<Piece> pieces_;  // guarded by mutex_ but for the writer
};

std::unique_ptr<OpenBatch::ColumnStore> MakeStore(const std::shared_ptr<arrow::DataType>& type) {
  if (type->id() == arrow::Type::BOOL) return std::make_unique<BoolColumn>();
  if (type->id() == arrow::Type::STRING || type->id() == arrow::Type::BINARY) {
    return std::make_unique<BinaryColumn>(type);
  }
  if (type->id() == arrow::Type::LIST) return std::make_unique<ListColumn>(type);
  return std::make_unique<FixedColumn>(type, type->byte_width());
}

}  // namespace

OpenBatch::OpenBatch(const std::shared_ptr<arrow::Schema>& schema)
    : lsn_buffer_(Allocate(kRows * 8)),
      time_buffer_(Allocate(kRows * 8)),
      lsns_(reinterpret_cast<uint64_t*>(lsn_buffer_->mutable_data())),
      times_(reinterpret_cast<int64_t*>(time_buffer_->mutable_data())) {
  for (const auto& field : schema->fields()) columns_.push_back(MakeStore(field->type()));
}
OpenBatch::~OpenBatch() = default;

bool OpenBatch::Fits(const arrow::RecordBatch& rows) const {
  if (rows_.load(std::memory_order_relaxed) + rows.num_rows() > kRows) return false;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i]->Fits(*rows.column_data(static_cast<int>(i)))) return false;
  }
  return true;
}

void OpenBatch::Append(const arrow::RecordBatch& rows, const uint64_t* lsns,
                       const int64_t* commit_us) {
  const int64_t at = rows_.load(std::memory_order_relaxed);
  const int64_t count = rows.num_rows();
  for (size_t i = 0; i < columns_.size(); ++i) {
    columns_[i]->Append(*rows.column_data(static_cast<int>(i)), at);
  }
  std::memcpy(lsns_ + at, lsns, count * 8);
  std::memcpy(times_ + at, commit_us, count * 8);
  rows_.store(at + count, std::memory_order_release);
}

int64_t OpenBatch::CountVisible(Lsn visible) const {
  const std::span<const uint64_t> lsns(lsns_, static_cast<size_t>(rows()));
  return std::upper_bound(lsns.begin(), lsns.end(), visible.value()) - lsns.begin();
}

std::shared_ptr<arrow::RecordBatch> OpenBatch::Slice(int64_t from, int64_t to,
                                                     const std::vector<int>* columns, bool stored,
                                                     std::shared_ptr<arrow::Schema> schema) const {
  // Whoever wants arrays makes them: the log does not.
  arrow::ArrayDataVector slices;
  slices.reserve(columns_.size() + 2);
  if (columns != nullptr) {
    for (const int column : *columns) slices.push_back(columns_[column]->Slice(from, to));
  } else {
    for (const auto& column : columns_) slices.push_back(column->Slice(from, to));
  }
  if (stored) {
    static const auto time = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    const auto add = [&](const std::shared_ptr<arrow::DataType>& type,
                         const std::shared_ptr<arrow::Buffer>& buffer) {
      slices.push_back(arrow::ArrayData::Make(
          type, to - from, {nullptr, arrow::SliceBuffer(buffer, from * 8, (to - from) * 8)}, 0));
    };
    add(arrow::uint64(), lsn_buffer_);
    add(time, time_buffer_);
  }
  return arrow::RecordBatch::Make(std::move(schema), to - from, std::move(slices));
}

}  // namespace firn::table

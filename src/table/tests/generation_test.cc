#include "table/generation.h"

#include <random>
#include <thread>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "columnar/table_schema.h"

namespace firn::table {
namespace {

using columnar::TypeKind;

columnar::TableSchema Columns() {
  return {.columns = {{FieldId(1), "id", {TypeKind::kInt8}, true, ""},
                      {FieldId(2), "name", {TypeKind::kText}, false, ""},
                      {FieldId(3), "on", {TypeKind::kBool}, false, ""},
                      {FieldId(4), "key", {TypeKind::kUuid}, false, ""}},
          .last_field_id = 4};
}

// Row i of every test: what it holds follows from i alone.
std::shared_ptr<arrow::RecordBatch> Rows(int64_t from, int64_t count) {
  arrow::Int64Builder id;
  arrow::StringBuilder name;
  arrow::BooleanBuilder on;
  arrow::FixedSizeBinaryBuilder key(arrow::fixed_size_binary(16));
  for (int64_t i = from; i < from + count; ++i) {
    EXPECT_TRUE(id.Append(i).ok());
    EXPECT_TRUE((i % 7 == 0 ? name.AppendNull() : name.Append("row " + std::to_string(i))).ok());
    EXPECT_TRUE((i % 5 == 0 ? on.AppendNull() : on.Append(i % 2 == 0)).ok());
    EXPECT_TRUE(key.Append(fmt::format("{:016}", i)).ok());
  }
  return arrow::RecordBatch::Make(columnar::ArrowSchema(Columns()), count,
                                  {*id.Finish(), *name.Finish(), *on.Finish(), *key.Finish()});
}

std::shared_ptr<arrow::Table> Joined(const RecordBatches& batches) {
  for (const auto& batch : batches) EXPECT_TRUE(batch->ValidateFull().ok());
  return arrow::Table::FromRecordBatches(batches).ValueOrDie()->CombineChunks().ValueOrDie();
}

std::shared_ptr<arrow::Table> Expected(int64_t from, int64_t count) {
  return Joined({Rows(from, count)});
}

TEST(Generation, RowsAreSeenFromTheirLsnOn) {
  Generation rows(columnar::ArrowSchema(Columns()));
  rows.Append(Rows(0, 10), Lsn(1), 100);
  rows.Append(Rows(10, 1), Lsn(11), 200);
  EXPECT_TRUE(rows.Read(Lsn(0), nullptr, false).empty());
  for (const int64_t visible : {1, 5, 10, 11, 99}) {
    const auto count = std::min<int64_t>(visible, 11);
    EXPECT_TRUE(Joined(rows.Read(Lsn(visible), nullptr, false))->Equals(*Expected(0, count)));
  }
}

// Of column "id", in the order of the rows.
std::vector<int64_t> IdsIn(const RecordBatches& batches, const ColumnRange& range) {
  std::vector<int64_t> ids;
  for (const auto& batch : batches) {
    const auto& column = static_cast<const arrow::Int64Array&>(*batch->column(0));
    for (int64_t i = 0; i < column.length(); ++i) {
      if (column.IsNull(i)) continue;
      const auto id = column.Value(i);
      if (range.least <= id && id <= range.most) ids.push_back(id);
    }
  }
  return ids;
}

TEST(Generation, RangesLeaveOutOnlyRowsThatAreNotInThem) {
  Generation rows(columnar::ArrowSchema(Columns()));
  constexpr int64_t kBulk = 10'000;
  constexpr int64_t kAll = 20'000;
  rows.Append(Rows(0, kBulk), Lsn(1), 100);
  std::mt19937_64 random(7);
  const auto below = [&](int64_t n) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(n));
  };
  const auto check = [&](const ColumnRange& range) {
    const Lsn visible(static_cast<uint64_t>(1 + below(2 * kAll)));
    const auto all = rows.Read(visible, nullptr, true);
    const auto some = rows.ReadRanges(visible, nullptr, true, {range});
    EXPECT_EQ(IdsIn(some, range), IdsIn(all, range));
    for (const auto& batch : some) EXPECT_TRUE(batch->ValidateFull().ok());
    int64_t read = 0;
    for (const auto& batch : some) read += batch->num_rows();
    return read;
  };
  for (int64_t at = kBulk; at < kAll; at += 50) {
    rows.Append(Rows(at, 50), Lsn(static_cast<uint64_t>(1 + at)), 200);
    const int64_t least = below(kAll + 100);
    check({.column = FieldId(1), .least = least, .most = least + below(3000)});
  }
  // Ids are in order: a zone, and what is behind the last whole zones of the open batches.
  EXPECT_LE(check({.column = FieldId(1), .least = 5000, .most = 5000}), 3 * ZoneMap::kRows);
  EXPECT_LE(check({.column = FieldId(1), .least = 1, .most = 0}), 2 * ZoneMap::kRows);
  // What has no order, and what is not there, leaves nothing out.
  const auto count = [](const RecordBatches& batches) {
    int64_t read = 0;
    for (const auto& batch : batches) read += batch->num_rows();
    return read;
  };
  for (const auto column : {FieldId(2), FieldId(77)}) {
    const ColumnRange range{.column = column, .least = 3, .most = 4};
    EXPECT_EQ(count(rows.ReadRanges(Lsn(kAll), nullptr, false, {range})), kAll);
  }
}

TEST(Generation, ExtremesAreThoseOfTheVisibleRows) {
  Generation rows(columnar::ArrowSchema(Columns()));
  std::mt19937_64 random(11);
  uint64_t lsn = 1;
  for (int turn = 0; turn < 60; ++turn) {
    const auto count = static_cast<int64_t>(1 + random() % 2000);
    rows.Append(Rows(static_cast<int64_t>(random() % 100'000), count), Lsn(lsn), 100);
    lsn += static_cast<uint64_t>(count);
    const Lsn visible(1 + random() % lsn);
    const auto least_and_greatest = [](const RecordBatches& batches) {
      std::pair<int64_t, int64_t> found(INT64_MAX, INT64_MIN);
      for (const auto id : IdsIn(batches, {})) {
        found = {std::min(found.first, id), std::max(found.second, id)};
      }
      return found;
    };
    const auto extremes = rows.ReadExtremes(visible, {0});
    for (const auto& batch : extremes) EXPECT_TRUE(batch->ValidateFull().ok());
    EXPECT_EQ(least_and_greatest(extremes), least_and_greatest(rows.Read(visible, nullptr, false)));
  }
  // Few rows, but all of a column without an order.
  const auto count = [&](int column) {
    int64_t read = 0;
    for (const auto& batch : rows.ReadExtremes(Lsn(lsn), {column})) read += batch->num_rows();
    return read;
  };
  EXPECT_LE(count(0), 2 * ZoneMap::kRows);
  EXPECT_EQ(count(1), static_cast<int64_t>(lsn - 1));
}

TEST(Generation, BulkWritesKeepTheirBatchAndAreCutToo) {
  Generation rows(columnar::ArrowSchema(Columns()));
  const auto bulk = Rows(0, kBulkRows);
  rows.Append(bulk, Lsn(5), 100);
  const auto all = rows.Read(Lsn(5 + kBulkRows), nullptr, false);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]->column(0)->data()->buffers[1], bulk->column(0)->data()->buffers[1]);
  EXPECT_TRUE(Joined(rows.Read(Lsn(5 + 99), nullptr, false))->Equals(*Expected(0, 100)));
}

TEST(Generation, WhatGoesToTheLogIsWhatWasAppendedSince) {
  Generation rows(columnar::ArrowSchema(Columns()));
  rows.Append(Rows(0, 3), Lsn(1), 100);
  const auto mark = rows.Mark();
  rows.Append(Rows(3, 2), Lsn(4), 200);
  rows.Append(Rows(5, kBulkRows), Lsn(6), 200);
  rows.Append(Rows(5 + kBulkRows, 1), Lsn(6 + kBulkRows), 300);
  const auto since = rows.Since(mark);
  ASSERT_EQ(since.size(), 2u);  // the bulk part, and the small writes as one batch
  Generation replayed(columnar::ArrowSchema(Columns()));
  for (const auto& batch : since) ASSERT_TRUE(replayed.Replay(batch));
  EXPECT_EQ(replayed.rows(), kBulkRows + 3);
  EXPECT_EQ(replayed.first_lsn(), Lsn(4));
  const auto& small = since[1];
  const auto& lsns = static_cast<const arrow::UInt64Array&>(*small->column(4));
  const auto& times = static_cast<const arrow::TimestampArray&>(*small->column(5));
  EXPECT_EQ(lsns.Value(1), 5u);
  EXPECT_EQ(lsns.Value(2), static_cast<uint64_t>(6 + kBulkRows));
  EXPECT_EQ(times.Value(0), 200);
  EXPECT_EQ(times.Value(2), 300);
}

TEST(Generation, ReplayedGapsInLsnsAreKept) {
  Generation source(columnar::ArrowSchema(Columns()));
  source.Append(Rows(0, kBulkRows / 2), Lsn(1), 100);
  source.Append(Rows(kBulkRows / 2, kBulkRows / 2), Lsn(10'000), 200);
  const auto stored = source.Since({});
  ASSERT_EQ(stored.size(), 1u);
  Generation replayed(columnar::ArrowSchema(Columns()));
  ASSERT_TRUE(replayed.Replay(stored[0]));
  const auto half = replayed.Read(Lsn(9'999), nullptr, false);
  EXPECT_TRUE(Joined(half)->Equals(*Expected(0, kBulkRows / 2)));
  EXPECT_TRUE(replayed.Read(Lsn(20'000), nullptr, true)[0]->Equals(*stored[0]));
}

TEST(Generation, ProjectionGivesTheColumnsAskedForInTheirOrder) {
  Generation rows(columnar::ArrowSchema(Columns()));
  rows.Append(Rows(0, 9), Lsn(1), 100);
  const std::vector<int> columns = {2, 0};
  const auto batches = rows.Read(Lsn(9), &columns, false);
  ASSERT_EQ(batches[0]->num_columns(), 2);
  EXPECT_EQ(batches[0]->schema()->field(0)->name(), "on");
  const std::vector<int> none;
  EXPECT_EQ(rows.Read(Lsn(9), &none, false)[0]->num_rows(), 9);
}

// Long strings and many rows: open batches roll over and their buffers move while they grow.
TEST(Generation, ManySmallWritesSurviveGrowth) {
  Generation rows(columnar::ArrowSchema(Columns()));
  std::mt19937 random(7);
  int64_t written = 0;
  while (written < 3 * OpenBatch::kRows) {
    const int64_t count = 1 + random() % (kBulkRows - 1);
    rows.Append(Rows(written, count), Lsn(written + 1), 100);
    written += count;
  }
  EXPECT_TRUE(Joined(rows.Read(Lsn(written), nullptr, false))->Equals(*Expected(0, written)));
}

TEST(Generation, ReadersSeeWholeRowsWhileTheWriterAppends) {
  Generation rows(columnar::ArrowSchema(Columns()));
  std::atomic<int64_t> visible{0};
  constexpr int64_t kTotal = 100'000;
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      for (int64_t seen = 0; seen < kTotal;) {
        seen = visible.load(std::memory_order_acquire);
        int64_t count = 0;
        for (const auto& batch : rows.Read(Lsn(seen), nullptr, false)) {
          count += batch->num_rows();
          const auto& names = static_cast<const arrow::StringArray&>(*batch->column(1));
          const auto& ids = static_cast<const arrow::Int64Array&>(*batch->column(0));
          const int64_t last = batch->num_rows() - 1;
          ASSERT_EQ(names.IsNull(last), ids.Value(last) % 7 == 0);
          if (names.IsValid(last)) {
            ASSERT_EQ(names.GetView(last), "row " + std::to_string(ids.Value(last)));
          }
        }
        ASSERT_EQ(count, seen);
      }
    });
  }
  for (int64_t at = 0; at < kTotal; at += 10) {
    rows.Append(Rows(at, 10), Lsn(at + 1), 100);
    visible.store(at + 10, std::memory_order_release);
  }
  for (auto& reader : readers) reader.join();
}

}  // namespace
}  // namespace firn::table

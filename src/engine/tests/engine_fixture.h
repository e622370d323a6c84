// The plumbing of engine's tests: an engine, sources made of batches, and results read whole.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "engine/engine.h"

namespace firn::engine {

using columnar::Type;
using Kind = columnar::TypeKind;

/// Batches in memory; reader i of n gets batches i, i+n, … so a reader that nobody reads is missed.
class BatchSource : public ScanSource {
 public:
  BatchSource(std::vector<columnar::Field> fields, arrow::RecordBatchVector batches,
              size_t readers = 1)
      : fields_(std::move(fields)), batches_(std::move(batches)), readers_(readers) {}

  const std::vector<columnar::Field>& fields() const override { return fields_; }
  int64_t row_estimate() const override { return 1000; }
  size_t max_readers() const override { return readers_; }
  Result<std::vector<std::unique_ptr<ScanReader>>> Begin(std::span<const int> columns,
                                                         size_t readers) override {
    const std::vector<int> wanted(columns.begin(), columns.end());
    {
      const std::lock_guard lock(mutex_);
      last_columns = wanted;
      last_readers = readers;
    }
    if (fail_begin) return Fail(*fail_begin);
    std::vector<std::unique_ptr<ScanReader>> made;
    for (size_t i = 0; i < readers; ++i)
      made.push_back(std::make_unique<Reader>(*this, wanted, i, readers));
    return made;
  }

  std::vector<int> last_columns;
  size_t last_readers = 0;
  std::optional<Error> fail_begin;
  std::optional<Error> fail_next;  // after the first batch of a reader

 private:
  class Reader : public ScanReader {
   public:
    Reader(BatchSource& source, std::vector<int> columns, size_t first, size_t step)
        : source_(source), columns_(std::move(columns)), at_(first), step_(step) {}
    Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
      if (source_.fail_next && at_ >= step_) return Fail(*source_.fail_next);
      if (at_ >= source_.batches_.size()) return std::shared_ptr<arrow::RecordBatch>{};
      const auto& batch = source_.batches_[at_];
      at_ += step_;
      return batch->SelectColumns(columns_).ValueOrDie();
    }

   private:
    BatchSource& source_;
    std::vector<int> columns_;
    size_t at_;
    size_t step_;
  };

  std::vector<columnar::Field> fields_;
  arrow::RecordBatchVector batches_;
  size_t readers_;
  std::mutex mutex_;
};

inline std::shared_ptr<arrow::Array> FromJson(const Type& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(columnar::ArrowType(type), json).ValueOrDie();
}

inline std::shared_ptr<arrow::RecordBatch> BatchOf(const std::vector<columnar::Field>& fields,
                                                   const arrow::ArrayVector& arrays) {
  arrow::FieldVector arrow_fields;
  for (const auto& field : fields) {
    arrow_fields.push_back(arrow::field(field.name, columnar::ArrowType(field.type)));
  }
  return arrow::RecordBatch::Make(arrow::schema(arrow_fields), arrays[0]->length(), arrays);
}

/// n rows of (id bigint = first…, name text = "row <id> of some length").
inline std::shared_ptr<arrow::RecordBatch> Numbered(int64_t first, int64_t n) {
  arrow::Int64Builder ids;
  arrow::StringBuilder names;
  for (int64_t i = first; i < first + n; ++i) {
    EXPECT_TRUE(ids.Append(i).ok());
    EXPECT_TRUE(names.Append("row " + std::to_string(i) + (i % 2 ? " of some length" : "")).ok());
  }
  return BatchOf({{"id", {Kind::kInt8}}, {"name", {Kind::kText}}},
                 {ids.Finish().ValueOrDie(), names.Finish().ValueOrDie()});
}

inline std::shared_ptr<BatchSource> NumberedSource(const std::vector<int64_t>& sizes,
                                                   size_t readers = 1) {
  arrow::RecordBatchVector batches;
  int64_t first = 0;
  for (const int64_t size : sizes) {
    batches.push_back(Numbered(first, size));
    first += size;
  }
  return std::make_shared<BatchSource>(
      std::vector<columnar::Field>{{"id", {Kind::kInt8}}, {"name", {Kind::kText}}},
      std::move(batches), readers);
}

class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("firn_engine_" + std::to_string(getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_ / "lake");
    options_.temp_dir = folder_ / "tmp";
    options_.allowed_directories = {folder_ / "lake"};
    options_.threads = 4;
    Reopen();
  }
  void TearDown() override {
    lease_ = {};
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Reopen() {
    lease_ = {};
    auto engine = Engine::Open(options_);
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = *std::move(engine);
    lease_ = Lease();
  }
  ConnectionLease Lease() {
    auto lease = engine_->Connect();
    EXPECT_TRUE(lease) << lease.error().message;
    return *std::move(lease);
  }
  /// All rows as one table, or the error.
  Result<std::shared_ptr<arrow::Table>> Read(Connection& connection, const std::string& sql) {
    FIRN_TRY(auto query, connection.Prepare(sql));
    return Read(*query);
  }
  Result<std::shared_ptr<arrow::Table>> Read(Query& query) {
    FIRN_TRY(auto stream, query.Execute());
    arrow::RecordBatchVector batches;
    while (true) {
      FIRN_TRY(auto batch, stream->Next());
      if (batch == nullptr) break;
      EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
      batches.push_back(std::move(batch));
    }
    if (batches.empty()) {
      arrow::FieldVector fields;
      for (const auto& field : stream->fields()) {
        fields.push_back(arrow::field(field.name, columnar::ArrowType(field.type)));
      }
      return arrow::Table::MakeEmpty(arrow::schema(fields)).ValueOrDie();
    }
    return arrow::Table::FromRecordBatches(batches).ValueOrDie();
  }
  Result<std::shared_ptr<arrow::Table>> Read(const std::string& sql) { return Read(*lease_, sql); }

  /// The rows as text, a line each, values by "|"; an error as "SQLSTATE message".
  std::string Show(const std::string& sql) { return Show(Read(sql)); }
  static std::string Show(const Result<std::shared_ptr<arrow::Table>>& table) {
    if (!table) return fmt::format("{} {}", table.error().SqlState(), table.error().message);
    std::string text;
    for (int64_t row = 0; row < (*table)->num_rows(); ++row) {
      if (row > 0) text += '\n';
      for (int column = 0; column < (*table)->num_columns(); ++column) {
        if (column > 0) text += '|';
        const auto scalar = (*table)->column(column)->GetScalar(row).ValueOrDie();
        text += scalar->is_valid ? scalar->ToString() : "null";
      }
    }
    return text;
  }
  /// The error of a statement, wherever it comes up.
  Error ErrorOf(const std::string& sql) {
    auto table = Read(sql);
    if (table) return MakeError(ErrorCode::kInternal, "no error: {}", Show(table));
    return table.error();
  }

  std::filesystem::path folder_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
  ConnectionLease lease_;
};

}  // namespace firn::engine

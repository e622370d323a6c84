// What the tests of this room share: a folder of one test, a file system that writes down what is
// asked of it, and small batches.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "columnar/table_schema.h"
#include "io/file_system.h"

namespace firn::lake {

/// A folder that is gone after the test.
class InFolder : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(io::LocalFileSystem().MakeDirs(dir_)); }
  void TearDown() override { ASSERT_TRUE(io::LocalFileSystem().RemoveTree(dir_)); }

  io::FileSystem& fs_ = io::LocalFileSystem();
  const std::string dir_ = testing::TempDir() + "/firn_lake_" + NewUuidV7().ToString();
};

/// Passes every call on and notes it: "create a", "write a", "sync a", "rename a b" …, paths
/// within `root`, runs of writes to one file as one. Fails the call that `fail` chooses.
class RecordingFileSystem final : public io::FileSystem {
 public:
  explicit RecordingFileSystem(std::string root) : root_(std::move(root)) {}

  std::vector<std::string> calls;
  std::function<bool(const std::string& call)> fail = [](const std::string&) { return false; };

  Result<std::unique_ptr<io::File>> Open(const std::string& path,
                                         io::OpenOptions options) override {
    if (options.mode != io::OpenMode::kRead) FIRN_RETURN_IF_ERROR(Note("create " + Short(path)));
    FIRN_TRY(auto file, inner_.Open(path, options));
    return std::make_unique<RecordingFile>(*this, std::move(file));
  }
  Status Rename(const std::string& from, const std::string& to) override {
    FIRN_RETURN_IF_ERROR(Note("rename " + Short(from) + " " + Short(to)));
    return inner_.Rename(from, to);
  }
  Status RenameNew(const std::string& from, const std::string& to) override {
    FIRN_RETURN_IF_ERROR(Note("rename " + Short(from) + " " + Short(to)));
    return inner_.RenameNew(from, to);
  }
  Status Remove(const std::string& path) override {
    FIRN_RETURN_IF_ERROR(Note("remove " + Short(path)));
    return inner_.Remove(path);
  }
  Status MakeDirs(const std::string& path) override {
    FIRN_RETURN_IF_ERROR(Note("mkdir " + Short(path)));
    return inner_.MakeDirs(path);
  }
  Status RemoveTree(const std::string& path) override { return inner_.RemoveTree(path); }
  Result<std::vector<io::FileInfo>> List(const std::string& directory) override {
    return inner_.List(directory);
  }
  Result<bool> Exists(const std::string& path) override { return inner_.Exists(path); }
  Status SyncDir(const std::string& path) override {
    FIRN_RETURN_IF_ERROR(Note("syncdir " + Short(path)));
    return inner_.SyncDir(path);
  }

 private:
  class RecordingFile final : public io::File {
   public:
    RecordingFile(RecordingFileSystem& owner, std::unique_ptr<io::File> inner)
        : owner_(owner), inner_(std::move(inner)) {}
    Result<size_t> ReadAt(uint64_t offset, void* out, size_t size) override {
      return inner_->ReadAt(offset, out, size);
    }
    Status WriteAt(uint64_t offset, const void* data, size_t size) override {
      FIRN_RETURN_IF_ERROR(owner_.Note("write " + owner_.Short(path())));
      return inner_->WriteAt(offset, data, size);
    }
    Status Sync() override {
      FIRN_RETURN_IF_ERROR(owner_.Note("sync " + owner_.Short(path())));
      return inner_->Sync();
    }
    Status Truncate(uint64_t size) override { return inner_->Truncate(size); }
    Result<uint64_t> Size() override { return inner_->Size(); }
    const std::string& path() const override { return inner_->path(); }

   private:
    RecordingFileSystem& owner_;
    const std::unique_ptr<io::File> inner_;
  };

  std::string Short(const std::string& path) const {
    return path.starts_with(root_ + "/") ? path.substr(root_.size() + 1) : path;
  }
  Status Note(const std::string& call) {
    if (fail(call)) return Fail(MakeError(ErrorCode::kIo, "told to fail").WithSqlState("53100"));
    if (calls.empty() || calls.back() != call || !call.starts_with("write")) calls.push_back(call);
    return {};
  }

  io::FileSystem& inner_ = io::LocalFileSystem();
  const std::string root_;
};

/// id bigint NOT NULL, amount double precision, word text
inline columnar::TableSchema ThreeColumns() {
  using columnar::TypeKind;
  return {.columns = {{FieldId(1), "id", {TypeKind::kInt8}, true},
                      {FieldId(2), "amount", {TypeKind::kFloat8}},
                      {FieldId(3), "word", {TypeKind::kText}}},
          .last_field_id = 3};
}

template <typename Builder, typename Values>
std::shared_ptr<arrow::Array> ArrayOf(Builder builder, const Values& values) {
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return *builder.Finish();
}

/// Rows of ThreeColumns with consecutive ids and LSNs from `first`.
struct Rows {
  std::vector<std::optional<double>> amounts;
  std::vector<std::optional<std::string>> words;
};
inline std::shared_ptr<arrow::RecordBatch> Batch(int64_t first, const Rows& rows,
                                                 bool hidden = true) {
  std::vector<std::optional<int64_t>> ids;
  std::vector<std::optional<uint64_t>> lsns;
  std::vector<std::optional<int64_t>> times;
  for (size_t i = 0; i < rows.amounts.size(); ++i) {
    ids.emplace_back(first + static_cast<int64_t>(i));
    lsns.emplace_back(static_cast<uint64_t>(first) + i);
    times.emplace_back(1'000'000 * first);
  }
  arrow::ArrayVector columns = {ArrayOf(arrow::Int64Builder(), ids),
                                ArrayOf(arrow::DoubleBuilder(), rows.amounts),
                                ArrayOf(arrow::StringBuilder(), rows.words)};
  auto schema = columnar::ArrowSchema(ThreeColumns());
  if (hidden) {
    schema = columnar::StoredArrowSchema(ThreeColumns());
    columns.push_back(ArrayOf(arrow::UInt64Builder(), lsns));
    columns.push_back(ArrayOf(
        arrow::TimestampBuilder(schema->field(4)->type(), arrow::default_memory_pool()), times));
  }
  const auto count = static_cast<int64_t>(rows.amounts.size());
  return arrow::RecordBatch::Make(schema, count, std::move(columns));
}

}  // namespace firn::lake

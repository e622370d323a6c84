// log tests: folders, groups with rows in them, and files in memory.
#pragma once

#include <filesystem>
#include <map>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columnar/table_schema.h"
#include "io/file_system.h"
#include "log/log.h"

namespace firn::log {

/// A folder that is gone after the test. `where`: e.g. "/dev/shm".
class TempFolder {
 public:
  explicit TempFolder(std::string where = testing::TempDir())
      : path_(fmt::format("{}/firn_log_{}_{}", where, ::getpid(), next_++)) {
    std::filesystem::remove_all(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string LogPath() const { return path_ + "/log"; }

  /// Every file's bytes by name: to see that nothing changed.
  std::map<std::string, std::string> Content() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(LogPath())) {
      files[entry.path().filename()] = *io::ReadFile(io::LocalFileSystem(), entry.path());
    }
    return files;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& one : Content()) names.push_back(one.first);
    return names;
  }
  void Write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(LogPath());
    std::filesystem::remove(LogPath() + "/" + name);
    auto file =
        io::LocalFileSystem().Open(LogPath() + "/" + name, {.mode = io::OpenMode::kTruncate});
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->WriteAt(0, bytes.data(), bytes.size()));
  }

 private:
  static inline int next_ = 0;
  const std::string path_;
};

/// Files in memory, read only: recovery of thousands of variants of one segment.
class MemoryFiles final : public io::FileSystem {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> files) : files(std::move(files)) {}
  std::map<std::string, std::string> files;

  Result<std::unique_ptr<io::File>> Open(const std::string& path,
                                         io::OpenOptions options) override {
    if (options.direct) return Fail(ErrorCode::kUnsupported, "O_DIRECT");
    const auto found = files.find(path.substr(path.rfind('/') + 1));
    if (found == files.end()) return Fail(ErrorCode::kNotFound, "{}", path);
    return std::make_unique<MemoryFile>(path, found->second);
  }
  Result<std::vector<io::FileInfo>> List(const std::string&) override {
    std::vector<io::FileInfo> list;
    for (const auto& [name, bytes] : files) list.push_back({.name = name, .size = bytes.size()});
    return list;
  }
  Result<bool> Exists(const std::string&) override { return true; }
  Status Rename(const std::string&, const std::string&) override { return ReadOnly(); }
  Status RenameNew(const std::string&, const std::string&) override { return ReadOnly(); }
  Status Remove(const std::string&) override { return ReadOnly(); }
  Status MakeDirs(const std::string&) override { return ReadOnly(); }
  Status RemoveTree(const std::string&) override { return ReadOnly(); }
  Status SyncDir(const std::string&) override { return ReadOnly(); }

 private:
  class MemoryFile final : public io::File {
   public:
    MemoryFile(std::string path, const std::string& bytes)
        : path_(std::move(path)), bytes_(bytes) {}
    Result<size_t> ReadAt(uint64_t offset, void* out, size_t size) override {
      if (offset >= bytes_.size()) return size_t{0};
      const size_t n = std::min(size, bytes_.size() - offset);
      std::memcpy(out, bytes_.data() + offset, n);
      return n;
    }
    Status WriteAt(uint64_t, const void*, size_t) override { return ReadOnly(); }
    Status Sync() override { return ReadOnly(); }
    Status Truncate(uint64_t) override { return ReadOnly(); }
    Result<uint64_t> Size() override { return bytes_.size(); }
    const std::string& path() const override { return path_; }

   private:
    const std::string path_;
    const std::string& bytes_;
  };
  static Failure ReadOnly() { return Fail(ErrorCode::kIo, "read only"); }
};

inline columnar::TableSchema SmallSchema() {
  columnar::TableSchema schema;
  schema.columns = {
      {.id = FieldId(1), .name = "id", .type = {columnar::TypeKind::kInt8}, .not_null = true},
      {.id = FieldId(2), .name = "name", .type = {columnar::TypeKind::kText}},
      {.id = FieldId(3), .name = "score", .type = {columnar::TypeKind::kFloat8}}};
  schema.last_field_id = 3;
  return schema;
}

inline TableId SmallTable() {
  return TableId(*ParseUuid("018f2d5e-7c3a-7def-8a12-0123456789ab"));
}

/// Rows (i, text, i/2) for LSNs [first, first + count).
inline std::shared_ptr<arrow::RecordBatch> SmallRows(Lsn first, int64_t count,
                                                     const std::string& text = "row") {
  static const auto schema = columnar::StoredArrowSchema(SmallSchema());
  arrow::Int64Builder id;
  arrow::StringBuilder name;
  arrow::DoubleBuilder score;
  arrow::UInt64Builder lsn;
  arrow::TimestampBuilder time(schema->field(4)->type(), arrow::default_memory_pool());
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t at = first.value() + static_cast<uint64_t>(i);
    EXPECT_TRUE(id.Append(static_cast<int64_t>(at)).ok());
    EXPECT_TRUE((at % 5 == 0 ? name.AppendNull() : name.Append(text)).ok());
    EXPECT_TRUE(score.Append(static_cast<double>(at) / 2).ok());
    EXPECT_TRUE(lsn.Append(at).ok());
    EXPECT_TRUE(time.Append(1'700'000'000'000'000).ok());
  }
  return arrow::RecordBatch::Make(
      schema, count,
      {*id.Finish(), *name.Finish(), *score.Finish(), *lsn.Finish(), *time.Finish()});
}

inline Transaction SmallTransaction(Lsn last) {
  return {.last_lsn = last,
          .commit_us = 1'700'000'000'000'000,
          .session = "session 7",
          .source = "",
          .source_position = "",
          .branch = "main"};
}

inline Group SmallGroup(Lsn first, int64_t rows = 1, const std::string& text = "row") {
  const Lsn last(first.value() + static_cast<uint64_t>(rows) - 1);
  Group group{.first_lsn = first, .last_lsn = last};
  group.tables.push_back(
      {.table = SmallTable(), .name = "public.t", .rows = {SmallRows(first, rows, text)}});
  group.transactions.push_back(SmallTransaction(last));
  return group;
}

/// Appends one-row groups up to `last`.
inline void AppendUpTo(Log& log, Lsn last) {
  while (log.next_lsn() <= last) ASSERT_TRUE(log.Append(SmallGroup(log.next_lsn())));
}

inline void ExpectSameGroup(const Group& want, const Group& got) {
  EXPECT_EQ(want.first_lsn, got.first_lsn);
  EXPECT_EQ(want.last_lsn, got.last_lsn);
  EXPECT_EQ(want.catalog, got.catalog);
  EXPECT_EQ(want.transactions, got.transactions);
  ASSERT_EQ(want.tables.size(), got.tables.size());
  for (size_t t = 0; t < want.tables.size(); ++t) {
    const auto& a = want.tables[t];
    const auto& b = got.tables[t];
    EXPECT_EQ(a.table, b.table);
    EXPECT_EQ(a.schema_id, b.schema_id);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.change_types, b.change_types);
    EXPECT_EQ(a.victims, b.victims);
    ASSERT_EQ(a.rows.size(), b.rows.size());
    for (size_t i = 0; i < a.rows.size(); ++i) {
      EXPECT_TRUE(b.rows[i]->ValidateFull().ok());
      EXPECT_TRUE(a.rows[i]->schema()->Equals(*b.rows[i]->schema(), true))
          << b.rows[i]->schema()->ToString(true);
      EXPECT_TRUE(
          a.rows[i]->Equals(*b.rows[i], false, arrow::EqualOptions::Defaults().nans_equal(true)))
          << b.rows[i]->ToString();
    }
  }
}

/// Options small enough for tests.
inline Log::Options SmallOptions() {
  return {.segment_bytes_max = 64 << 10, .prepare_bytes = 0};
}

/// A log that has been opened, and what replay gave.
struct OpenedLog {
  std::unique_ptr<Log> log;
  Log::Recovered recovered;
  std::vector<Group> groups;
};

inline Result<OpenedLog> OpenLog(io::FileSystem& fs, const std::string& directory,
                                 Log::Options options = SmallOptions()) {
  OpenedLog opened;
  const auto keep = [&](Group&& group) -> Status {
    opened.groups.push_back(std::move(group));
    return {};
  };
  FIRN_TRY(opened.log, Log::Open(fs, directory, std::move(options), keep, &opened.recovered));
  return opened;
}

inline Result<OpenedLog> OpenLog(const TempFolder& folder, Log::Options options = SmallOptions()) {
  return OpenLog(io::LocalFileSystem(), folder.LogPath(), std::move(options));
}

}  // namespace firn::log

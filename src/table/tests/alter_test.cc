// Tables that change: rows of all their schemas are one table, in memory, in the log, in files.
#include <filesystem>
#include <future>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "columnar/table_schema.h"
#include "lake/data_file_writer.h"
#include "lake/iceberg_table.h"
#include "table/database.h"

namespace firn::table {
namespace {

using catalog::Constraint;
using columnar::TypeKind;
using Definition = std::shared_ptr<const catalog::TableDefinition>;

class AlterTest : public testing::Test {
 protected:
  AlterTest() {
    std::filesystem::create_directories(dir_);
    Open();
    catalog::TableDefinition definition{.name = "t"};
    definition.columns.columns = {{FieldId(1), "id", {TypeKind::kInt4}, false, ""}};
    definition.columns.last_field_id = 1;
    table_ = database_->PrepareTable(std::move(definition)).value();
    EXPECT_TRUE(Commit({.changes = {catalog::CreateTable{table_}}}));
  }
  ~AlterTest() override {
    database_.reset();
    std::filesystem::remove_all(dir_);
  }

  void Open() {
    DatabaseOptions options{.data_dir = dir_};
    EXPECT_TRUE(options.settings.Set("log_prepare_bytes", "1MB", SettingOrigin::kFlag));
    auto opened = Database::Open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
  }
  void Crash() {
    const std::string copy = dir_ + "_crashed";
    std::filesystem::copy(dir_, copy, std::filesystem::copy_options::recursive);
    database_.reset();
    std::filesystem::remove_all(dir_);
    std::filesystem::rename(copy, dir_);
    Open();
  }
  Result<CommitReceipt> Commit(CommitRequest request) {
    const auto done = std::make_shared<std::promise<Result<CommitReceipt>>>();
    database_->Commit(std::move(request),
                      [done](auto result) { done->set_value(std::move(result)); });
    return done->get_future().get();
  }
  void Flush() {
    const auto done = std::make_shared<std::promise<Status>>();
    database_->Flush([done](Status status) { done->set_value(std::move(status)); });
    const auto status = done->get_future().get();
    ASSERT_TRUE(status) << status.error().message;
  }

  // The table's next definition; what a statement would send along with it.
  Definition Next(const std::function<void(catalog::TableDefinition&)>& change) {
    auto next = *table_;
    next.columns.id = SchemaId(next.columns.id.value() + 1);
    change(next);
    return std::make_shared<const catalog::TableDefinition>(std::move(next));
  }
  void Alter(const std::function<void(catalog::TableDefinition&)>& change) {
    const auto next = Next(change);
    const auto altered = Commit({.changes = {catalog::AlterTable{next}}});
    ASSERT_TRUE(altered) << altered.error().message;
    table_ = next;
  }
  static void AddColumn(catalog::TableDefinition& table) {
    const FieldId id(++table.columns.last_field_id);
    table.columns.columns.push_back({id, "c" + std::to_string(id.value()), {TypeKind::kInt4}});
  }

  // A row with the same number in every column.
  std::shared_ptr<arrow::RecordBatch> Row(int64_t number) const {
    const auto schema = columnar::ArrowSchema(table_->columns);
    arrow::ArrayVector columns;
    for (const auto& field : schema->fields()) {
      auto scalar = arrow::MakeScalar(field->type(), static_cast<int32_t>(number)).ValueOrDie();
      columns.push_back(arrow::MakeArrayFromScalar(*scalar, 1).ValueOrDie());
    }
    return arrow::RecordBatch::Make(schema, 1, std::move(columns));
  }
  TableWrite Write(int64_t number) const {
    TableWrite write{table_->id, table_->columns.id, {Row(number)}, {}, {}, {}};
    const auto key = KeyColumns(*table_);
    if (!key.empty()) write.keys = KeysOf(*write.rows[0], key);
    return write;
  }
  void Insert(int64_t number) {
    const auto done = Commit({.writes = {Write(number)}});
    ASSERT_TRUE(done) << done.error().message;
  }
  // "1,- 2,2": hot rows in order, "-" for NULL.
  std::string Hot() {
    const auto snapshot = database_->TakeSnapshot();
    const auto table = snapshot.root->Find(table_->id);
    std::vector<int> columns;
    for (size_t i = 0; i < table->definition->columns.columns.size(); ++i) {
      columns.push_back(static_cast<int>(i));
    }
    std::string text;
    auto readers = HotRows(snapshot, table, {})->Begin(columns, 1).value();
    while (const auto batch = readers[0]->Next().value()) {
      for (int64_t row = 0; row < batch->num_rows(); ++row) {
        if (!text.empty()) text += ' ';
        for (int i = 0; i < batch->num_columns(); ++i) {
          const auto value = batch->column(i)->GetScalar(row).ValueOrDie();
          text += (i > 0 ? "," : "") + (value->is_valid ? value->ToString() : "-");
        }
      }
    }
    return text;
  }
  int64_t LakeRows() {
    int64_t rows = 0;
    const auto table = database_->TakeSnapshot().root->Find(table_->id);
    for (const auto& file : table->lake_files) rows += file->rows;
    return rows;
  }
  lake::IcebergTable Lake() {
    const auto folder = database_->warehouse_dir() + "/" + table_->folder;
    auto& files = io::LocalFileSystem();
    const auto newest = lake::IcebergTable::NewestVersion(files, folder).value();
    return lake::IcebergTable::Load(files, folder, newest).value();
  }

  const std::string dir_ = testing::TempDir() + "/firn_alter_" + NewUuidV7().ToString();
  std::unique_ptr<Database> database_;
  Definition table_;
};

TEST_F(AlterTest, OldAndNewRowsAreReadTogetherBeforeAndAfterACrash) {
  Insert(1);
  Alter(AddColumn);
  Insert(2);
  Alter([](auto& table) { table.columns.columns[0].type.kind = TypeKind::kInt8; });
  Insert(3);
  Alter([](auto& table) { table.columns.columns.erase(table.columns.columns.begin() + 1); });
  Insert(4);
  Alter(AddColumn);
  Insert(5);
  const std::string expected = "1,- 2,- 3,- 4,- 5,5";
  EXPECT_EQ(Hot(), expected);
  Crash();
  EXPECT_EQ(Hot(), expected);
  EXPECT_EQ(database_->TakeSnapshot().root->Find(table_->id)->definition->columns, table_->columns);
  Insert(6);
  EXPECT_EQ(Hot(), expected + " 6,6");
}

TEST_F(AlterTest, AReaderOfAnOlderSnapshotKeepsItsColumns) {
  Insert(1);
  const auto before = database_->TakeSnapshot();
  Alter(AddColumn);
  Insert(2);
  const auto table = before.root->Find(table_->id);
  EXPECT_EQ(table->definition->columns.columns.size(), 1u);
  const std::vector<int> first{0};
  auto readers = HotRows(before, table, {})->Begin(first, 1).value();
  EXPECT_EQ(readers[0]->Next().value()->num_rows(), 1);
  EXPECT_EQ(readers[0]->Next().value(), nullptr);
}

TEST_F(AlterTest, ATransactionOfOlderColumnsIsAskedToRunAgain) {
  const auto write = Write(1);
  Alter(AddColumn);
  const auto refused = Commit({.writes = {write}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().SqlState(), "40001");
  EXPECT_EQ(refused.error().remedy, Remedy::kRetry);
}

TEST_F(AlterTest, TheLakeFollowsWithTheNextRound) {
  Insert(1);
  Flush();
  Alter(AddColumn);
  Alter([](auto& table) {
    table.columns.columns[0].name = "renamed";
    table.columns.columns[0].type.kind = TypeKind::kInt8;
  });
  EXPECT_TRUE(database_->TakeSnapshot().root->Find(table_->id)->dirty());
  Flush();
  EXPECT_FALSE(database_->TakeSnapshot().root->Find(table_->id)->dirty());
  auto schema = Lake().metadata().current_schema();
  ASSERT_EQ(schema.fields.size(), 2u);
  EXPECT_EQ(schema.fields[0].name, "renamed");
  EXPECT_EQ(schema.fields[0].type, "long");
  EXPECT_EQ(schema.fields[0].id, FieldId(1));
  EXPECT_EQ(Lake().metadata().schemas.size(), 2u);
  Insert(2);
  Crash();
  EXPECT_EQ(Hot(), "2,2");
  Flush();
  EXPECT_EQ(LakeRows(), 2);
  EXPECT_EQ(Lake().metadata().schemas.size(), 2u);
}

TEST_F(AlterTest, AKeyIsNamedInTheLake) {
  Insert(1);
  Flush();
  Alter([](auto& table) {
    table.columns.columns[0].not_null = true;
    table.constraints = {
        {.kind = Constraint::Kind::kPrimaryKey, .name = "t_pkey", .columns = {FieldId(1)}}};
  });
  Flush();
  EXPECT_EQ(Lake().metadata().current_schema().extra, R"({"identifier-field-ids":[1]})");
  EXPECT_TRUE(Lake().metadata().current_schema().fields[0].required);
}

TEST_F(AlterTest, TruncatedRowsAreGoneEverywhereAndForEver) {
  Insert(1);
  Flush();
  Insert(2);
  ASSERT_TRUE(Commit({.changes = {catalog::TruncateTable{table_->id}}, .writes = {Write(3)}}));
  EXPECT_EQ(Hot(), "3");
  EXPECT_EQ(LakeRows(), 0);
  Crash();
  EXPECT_EQ(Hot(), "3");
  EXPECT_EQ(LakeRows(), 0);
  Flush();
  EXPECT_EQ(LakeRows(), 1);
  EXPECT_EQ(Lake().metadata().current_snapshot()->summary.at("operation"), "overwrite");
  EXPECT_EQ(Lake().Files().value().size(), 1u);
  ASSERT_TRUE(Commit({.changes = {catalog::TruncateTable{table_->id}}}));
  Flush();
  EXPECT_EQ(Lake().metadata().current_snapshot()->summary.at("operation"), "delete");
  EXPECT_EQ(Lake().metadata().current_snapshot()->summary.at("total-records"), "0");
  Crash();
  EXPECT_EQ(Hot(), "");
  EXPECT_EQ(LakeRows(), 0);
  Insert(4);
  Flush();
  EXPECT_EQ(LakeRows(), 1);
}

TEST_F(AlterTest, OfTwoRowsWithOneKeyTheSecondIsRefused) {
  Alter([](auto& table) {
    table.columns.columns[0].not_null = true;
    table.constraints = {
        {.kind = Constraint::Kind::kPrimaryKey, .name = "t_pkey", .columns = {FieldId(1)}}};
  });
  Insert(1);
  const auto twice = Commit({.writes = {Write(1)}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().SqlState(), "23505");
  EXPECT_EQ(twice.error().remedy, Remedy::kRetry);
  Insert(2);
  Crash();
  EXPECT_FALSE(Commit({.writes = {Write(2)}}));
  // In a file now: the transaction is asked to look for itself, and is believed when it did.
  Flush();
  auto write = Write(1);
  EXPECT_FALSE(Commit({.writes = {write}}));
  write = Write(3);
  write.keys_checked = database_->TakeSnapshot().visible;
  EXPECT_TRUE(Commit({.writes = {write}}));
}

TEST_F(AlterTest, WhatWasValidatedMustNotHaveChanged) {
  Insert(1);
  const auto looked = database_->TakeSnapshot().visible;
  Insert(2);
  const auto next = Next([](auto& table) { table.columns.columns[0].not_null = true; });
  const auto late =
      Commit({.changes = {catalog::AlterTable{next}}, .unchanged = {{table_->id, looked}}});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().SqlState(), "40001");
  EXPECT_TRUE(Commit({.changes = {catalog::AlterTable{next}},
                      .unchanged = {{table_->id, database_->TakeSnapshot().visible}}}));
}

}  // namespace
}  // namespace firn::table

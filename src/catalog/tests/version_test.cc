#include "catalog/version.h"

#include <gtest/gtest.h>

namespace firn::catalog {
namespace {

std::shared_ptr<const TableDefinition> Orders(std::string schema = "public") {
  TableDefinition table{.id = TableId(NewUuidV7()), .schema = std::move(schema), .name = "orders"};
  table.columns.columns = {{FieldId(1), "id", {columnar::TypeKind::kInt8}, true, ""}};
  table.columns.last_field_id = 1;
  table.options = {{"format_version", "2"}};
  table.folder = TableFolder(kDefaultDatabase, table);
  return std::make_shared<const TableDefinition>(std::move(table));
}

TEST(Version, CreateAndDropLeadToNewVersionsOnly) {
  const Version empty;
  const auto table = Orders();
  const auto created = empty.Apply(CreateTable{table}).value();
  EXPECT_EQ(empty.FindTable("public", "orders"), nullptr);
  EXPECT_EQ(created->FindTable("public", "orders"), table);
  EXPECT_EQ(created->FindTable(table->id), table);
  const auto dropped = created->Apply(DropTable{table->id}).value();
  EXPECT_EQ(dropped->FindTable("public", "orders"), nullptr);
  EXPECT_EQ(dropped->Apply(DropTable{table->id}).error().SqlState(), "42P01");
}

TEST(Version, RefusesATakenNameAndAMissingSchema) {
  const auto created = Version().Apply(CreateTable{Orders()}).value();
  EXPECT_EQ(created->Apply(CreateTable{Orders()}).error().SqlState(), "42P07");
  EXPECT_EQ(created->Apply(CreateTable{Orders("nope")}).error().SqlState(), "3F000");
}

TEST(Change, SurvivesTheLog) {
  const Change create = CreateTable{Orders()};
  const auto back = ChangeFromJson(KindOf(create), TableOf(create), ToJson(create)).value();
  EXPECT_EQ(*std::get<CreateTable>(back).table, *std::get<CreateTable>(create).table);
  const Change drop = DropTable{TableOf(create)};
  EXPECT_EQ(TableOf(ChangeFromJson(KindOf(drop), TableOf(drop), ToJson(drop)).value()),
            TableOf(create));
  EXPECT_EQ(ChangeFromJson("no_such", TableOf(create), "{}").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ChangeFromJson("create_table", TableOf(create), "{}").error().code,
            ErrorCode::kCorrupt);
}

TEST(TableFolder, IsSafeWhateverTheName) {
  auto table = *Orders();
  table.name = "../a b/ü";
  EXPECT_EQ(TableFolder("main", table), "main/public/___a_b___-" + table.id.value().ShortId());
}

}  // namespace
}  // namespace firn::catalog

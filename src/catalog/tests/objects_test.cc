// Objects: every kind survives log and store, and the rules that hold between them.
#include <filesystem>

#include <gtest/gtest.h>

#include "catalog/objects/comment.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/user_type.h"
#include "catalog/objects/view.h"
#include "catalog/store.h"

namespace firn::catalog {
namespace {

template <typename T>
std::shared_ptr<T> New(const std::string& name, const std::string& schema = "public") {
  auto object = std::make_shared<T>();
  object->id = NewUuidV7();
  object->schema = schema;
  object->name = name;
  return object;
}

std::shared_ptr<const TableDefinition> Table(std::string name, std::string schema = "public") {
  TableDefinition table{
      .id = TableId(NewUuidV7()), .schema = std::move(schema), .name = std::move(name)};
  table.columns.columns = {{FieldId(1), "id", {columnar::TypeKind::kInt8}, true, ""}};
  table.columns.last_field_id = 1;
  table.constraints = {
      {.kind = Constraint::Kind::kPrimaryKey, .name = "k", .columns = {FieldId(1)}},
      {.name = "positive", .expression = "id > 0", .enforced = false}};
  table.sequences[FieldId(1)] = {NewUuidV7(), ColumnSequence::Form::kAlways};
  return std::make_shared<const TableDefinition>(std::move(table));
}

std::vector<ObjectPtr> OneOfEach(const TableDefinition& table) {
  auto schema = New<Schema>("s", "");
  auto labels = New<UserType>("mood");
  labels->oid = 16'386;
  labels->labels = {"sad", "ok"};
  auto view = New<View>("v");
  view->query = "SELECT id FROM t";
  view->columns = {{"id", {columnar::TypeKind::kInt8}}};
  view->references = {{table.id.value(), "t", {{FieldId(1), "id"}}}};
  view->types = {{labels->id, "", "mood"}};
  auto sequence = New<Sequence>("q");
  sequence->increment = -2;
  sequence->owner = Sequence::Owner{table.id, FieldId(1), true};
  auto state = New<SequenceState>("", "");
  state->id = StateIdOf(sequence->id);
  state->sequence = sequence->id;
  state->last_value = INT64_MIN;
  auto comment = New<Comment>("", "");
  comment->id = CommentIdOf(table.id.value(), FieldId(1));
  comment->target = table.id.value();
  comment->column = FieldId(1);
  comment->text = "it's";
  auto domain = New<UserType>("positive");
  domain->form = UserType::Form::kDomain;
  domain->base = columnar::Numeric(5, 2);
  domain->checks = {{"c", "VALUE > 0"}};
  return {schema, view, sequence, state, comment, labels, domain};
}

std::shared_ptr<const Version> Applied(const std::shared_ptr<const Version>& version,
                                       const Change& change) {
  auto next = version->Apply(change);
  EXPECT_TRUE(next) << next.error().message;
  return next ? *next : version;
}

TEST(Objects, OfEveryKindSurviveTheLog) {
  const auto table = Table("t");
  for (const auto& object : OneOfEach(*table)) {
    const Change put = PutObject{object};
    const auto back = ChangeFromJson(KindOf(put), TableOf(put), ToJson(put)).value();
    EXPECT_EQ(ToJson(*std::get<PutObject>(back).object), ToJson(*object));
  }
  EXPECT_FALSE(ObjectFromJson(R"({"v":1,"kind":"spell","id":"x"})"));
}

TEST(Objects, OfEveryKindSurviveTheStoreAndLeaveWithWhatTheyBelongTo) {
  const auto path = testing::TempDir() + "/objects_" + NewUuidV7().ToString() + ".db";
  const auto table = Table("t");
  const auto objects = OneOfEach(*table);
  {
    auto store = OpenSqliteStore(io::LocalFileSystem(), path).value();
    EXPECT_TRUE(store->Load().value().version->HasSchema("public"));
    std::vector<Change> changes{CreateTable{table}};
    for (const auto& object : objects) changes.emplace_back(PutObject{object});
    ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(9)}, {}));
    ASSERT_TRUE(store->Commit(changes, {.applied = Lsn(9)}, {}));
  }
  auto store = OpenSqliteStore(io::LocalFileSystem(), path).value();
  const auto loaded = store->Load().value().version;
  EXPECT_EQ(*loaded->FindTable(table->id), *table);
  for (const auto& object : objects) {
    ASSERT_NE(loaded->FindObject(object->id), nullptr);
    EXPECT_EQ(ToJson(*loaded->FindObject(object->id)), ToJson(*object));
  }
  const std::vector<Change> drops{DropObject{objects[1]->id}, DropTable{table->id}};
  auto expected = loaded;
  for (const auto& drop : drops) expected = Applied(expected, drop);
  ASSERT_TRUE(store->Commit(drops, {.applied = Lsn(11)}, {}));
  const auto left = store->Load().value().version;
  EXPECT_EQ(left->objects().size(), expected->objects().size());
  EXPECT_EQ(left->FindObject(objects[3]->id), nullptr);  // a state goes with its sequence
  EXPECT_EQ(left->FindObject(objects[4]->id), nullptr);
  EXPECT_NE(left->FindObject(objects[5]->id), nullptr);
  std::filesystem::remove(path);
}

TEST(Objects, ShareNamesWithTablesWhereTheyAreRelations) {
  auto version = Applied(std::make_shared<const Version>(), CreateTable{Table("t")});
  EXPECT_EQ(version->Apply(PutObject{New<View>("t")}).error().SqlState(), "42P07");
  EXPECT_TRUE(version->Apply(PutObject{New<UserType>("t")}));
  version = Applied(version, PutObject{New<Sequence>("q")});
  EXPECT_EQ(version->Apply(CreateTable{Table("q")}).error().SqlState(), "42P07");
  EXPECT_EQ(version->Find<View>("public", "q"), nullptr);
  EXPECT_NE(version->Find<Sequence>("public", "q"), nullptr);
  EXPECT_EQ(version->Apply(PutObject{New<View>("v", "nope")}).error().SqlState(), "3F000");
  EXPECT_EQ(version->Apply(PutObject{New<Schema>("public", "")}).error().SqlState(), "42P06");
}

TEST(Objects, TheLaterOfTwoChangesAtOnceIsRefused) {
  const auto table = Table("t");
  auto version = Applied(std::make_shared<const Version>(), CreateTable{table});
  auto next = *table;
  next.columns.id = SchemaId(2);
  next.name = "renamed";
  const Change alter = AlterTable{std::make_shared<const TableDefinition>(next)};
  version = Applied(version, alter);
  EXPECT_EQ(version->FindTable("public", "t"), nullptr);
  EXPECT_EQ(version->FindTable("public", "renamed")->id, table->id);
  EXPECT_EQ(version->Apply(alter).error().SqlState(), "40001");
  EXPECT_EQ(version->Apply(alter).error().remedy, Remedy::kRetry);

  const auto view = New<View>("v");
  version = Applied(version, PutObject{view});
  EXPECT_EQ(version->Apply(PutObject{view}).error().SqlState(), "40001");
  auto later = std::make_shared<View>(*view);
  later->revision = 2;
  EXPECT_TRUE(version->Apply(PutObject{later}));
}

TEST(Objects, WhatOthersDependOnStays) {
  const auto table = Table("t");
  auto version = Applied(std::make_shared<const Version>(), CreateTable{table});
  const auto objects = OneOfEach(*table);
  EXPECT_EQ(version->Apply(PutObject{objects[1]}).error().SqlState(), "40001");  // no type yet
  version = Applied(Applied(version, PutObject{objects[5]}), PutObject{objects[1]});
  EXPECT_EQ(version->Apply(DropObject{objects[5]->id}).error().SqlState(), "2BP01");
  EXPECT_EQ(version->Apply(DropTable{table->id}).error().SqlState(), "2BP01");
  version = Applied(version, PutObject{New<Schema>("s", "")});
  version = Applied(version, CreateTable{Table("inside", "s")});
  const auto schema = version->Find<Schema>("", "s");
  EXPECT_EQ(version->Apply(DropObject{schema->id}).error().SqlState(), "2BP01");
  version = Applied(version, DropTable{version->FindTable("s", "inside")->id});
  EXPECT_FALSE(Applied(version, DropObject{schema->id})->HasSchema("s"));
}

std::shared_ptr<UserType> Enum(const std::string& name, uint32_t oid) {
  auto type = New<UserType>(name);
  type->oid = oid;
  type->labels = {"low", "high"};
  return type;
}

std::shared_ptr<TableDefinition> TableOfType(const std::string& name, uint32_t oid) {
  auto table = std::make_shared<TableDefinition>(*Table(name));
  table->columns.columns.front().type = columnar::Enum(oid);
  return table;
}

TEST(Types, MadeAtOnceDoNotShareAnOid) {
  const auto version = Applied(std::make_shared<const Version>(), PutObject{Enum("mood", 16'384)});
  const auto second = version->Apply(PutObject{Enum("size", 16'384)});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().SqlState(), "40001");
  EXPECT_EQ(second.error().remedy, Remedy::kRetry);
  EXPECT_TRUE(version->Apply(PutObject{Enum("size", 16'386)}));
}

TEST(Types, StayForTheTableThatWasMadeMeanwhile) {
  const auto type = Enum("mood", 16'384);
  auto version = Applied(std::make_shared<const Version>(), PutObject{type});
  version = Applied(version, CreateTable{TableOfType("t", 16'384)});
  EXPECT_EQ(version->Apply(DropObject{type->id}).error().SqlState(), "40001");
  auto renamed = std::make_shared<UserType>(*type);
  renamed->revision = 2;
  renamed->labels = {"low", "higher"};
  EXPECT_EQ(version->Apply(PutObject{renamed}).error().SqlState(), "40001");
  renamed->labels = {"low", "middle", "high"};
  EXPECT_TRUE(version->Apply(PutObject{renamed}));
}

TEST(Types, DroppedMeanwhileAreNotUsed) {
  const std::shared_ptr<const Version> empty = std::make_shared<const Version>();
  EXPECT_EQ(empty->Apply(CreateTable{TableOfType("t", 16'384)}).error().SqlState(), "40001");
  const auto version = Applied(empty, CreateTable{Table("t")});
  auto next = TableOfType("t", 16'384);
  next->id = version->FindTable("public", "t")->id;
  next->columns.id = SchemaId(2);
  EXPECT_EQ(version->Apply(AlterTable{next}).error().SqlState(), "40001");
}

}  // namespace
}  // namespace firn::catalog

#include "catalog/objects/role.h"

#include <gtest/gtest.h>

#include "catalog/version.h"

namespace firn::catalog {
namespace {

using VersionPtr = std::shared_ptr<const Version>;

std::shared_ptr<Role> NewRole(const std::string& name) {
  auto role = std::make_shared<Role>();
  role->id = NewUuidV7();
  role->name = name;
  return role;
}

VersionPtr With(const VersionPtr& version, ObjectPtr role) {
  auto next = version->Apply(PutObject{std::move(role)});
  EXPECT_TRUE(next) << next.error().message;
  return next ? *next : version;
}

TEST(Role, SurvivesJson) {
  auto role = NewRole("somebody");
  role->superuser = role->login = true;
  role->inherit = false;
  role->connection_limit = 3;
  role->password = "SCRAM-SHA-256$…";
  role->valid_until_us = -5;
  role->member_of = {{.role = NewUuidV7(), .admin = true}, {.role = NewUuidV7()}};
  role->settings = {{"work_mem", "1MB"}};
  const auto read = ObjectFromJson(ToJson(*role));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(ToJson(**read), ToJson(*role));
  const auto& back = dynamic_cast<const Role&>(**read);
  EXPECT_EQ(back.member_of, role->member_of);
  EXPECT_TRUE(back.superuser && back.login && !back.inherit && !back.create_db);
}

TEST(Role, TheOnesFromBirthAreThereAndCanBeChanged) {
  VersionPtr version = std::make_shared<Version>();
  const auto postgres = FindRole(*version, "postgres");
  ASSERT_TRUE(postgres);
  EXPECT_TRUE(postgres->superuser && postgres->login && IsRoleFromBirth(postgres->id));
  EXPECT_TRUE(FindRole(*version, "firn"));
  EXPECT_FALSE(FindRole(*version, "nobody"));
  const auto count = AllRoles(*version).size();

  auto changed = std::make_shared<Role>(*postgres);
  ++changed->revision;
  changed->login = false;
  version = With(version, changed);
  EXPECT_FALSE(FindRole(*version, "postgres")->login);
  EXPECT_EQ(AllRoles(*version).size(), count);

  auto renamed = std::make_shared<Role>(*changed);
  ++renamed->revision;
  renamed->name = "other";
  version = With(version, renamed);
  EXPECT_FALSE(FindRole(*version, "postgres"));
  EXPECT_EQ(FindRole(*version, postgres->id)->name, "other");
  EXPECT_EQ(AllRoles(*version).size(), count);
}

TEST(Role, MembershipGoesOverSteps) {
  VersionPtr version = std::make_shared<Version>();
  auto a = NewRole("a");
  auto b = NewRole("b");
  auto c = NewRole("c");
  b->member_of = {{.role = a->id}};
  c->member_of = {{.role = b->id}, {.role = NewUuidV7()}};  // one that is gone
  version = With(With(With(version, a), b), c);
  EXPECT_TRUE(IsMemberOf(*version, *c, *a));
  EXPECT_TRUE(IsMemberOf(*version, *a, *a));
  EXPECT_FALSE(IsMemberOf(*version, *a, *c));
  EXPECT_FALSE(HasRightsOf(*version, *a, *c));
  EXPECT_TRUE(HasRightsOf(*version, *FindRole(*version, "firn"), *c));
}

TEST(Role, TwoChangesAtOnceDoNotOverwriteOneAnother) {
  VersionPtr version = std::make_shared<Version>();
  auto a = NewRole("a");
  version = With(version, a);
  auto next = std::make_shared<Role>(*a);
  ++next->revision;
  version = With(version, next);
  const auto again = version->Apply(PutObject{next});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().SqlState(), "40001");
}

}  // namespace
}  // namespace firn::catalog

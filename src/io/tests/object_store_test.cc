// What a folder as a store lists.
#include "io/object_store.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"

namespace firn::io {
namespace {

using testing::UnorderedElementsAre;

TEST(ObjectStoreTest, AllThatIsBelowAFolderIsListedHoweverDeep) {
  const auto folder = testing::TempDir() + "/firn_store_" + NewUuidV7().ToString();
  std::filesystem::create_directories(folder);
  const auto store = OpenObjectStore(folder, {}, LocalFileSystem()).value();
  EXPECT_TRUE(store->ListAll("a").value().empty());
  for (const auto* name : {"a/1", "a/b/2", "a/b/c/3", "other/4"}) {
    ASSERT_TRUE(PutObject(*store, name, std::string(3, 'x')));
  }
  std::vector<std::string> names;
  const auto listed = store->ListAll("a").value();
  for (const auto& one : listed) {
    EXPECT_EQ(one.bytes, 3U);
    EXPECT_FALSE(one.is_folder);
    names.push_back(one.name);
  }
  EXPECT_THAT(names, UnorderedElementsAre("1", "b/2", "b/c/3"));
  std::filesystem::remove_all(folder);
  EXPECT_EQ(store->ListAll("a").error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace firn::io

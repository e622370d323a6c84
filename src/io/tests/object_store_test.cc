// Addresses of stores, and what a folder as a store lists.
#include "io/object_store.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"

namespace firn::io {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(ObjectStoreTest, AnAddressThatNoRequestCouldHaveIsRefused) {
  for (const auto* url : {"s3://b/a//c", "s3://b//a", "s3://", "s3:///a"}) {
    const auto store = OpenObjectStore(url, {.region = "us-east-1"}, LocalFileSystem());
    ASSERT_FALSE(store) << url;
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidInput);
    EXPECT_THAT(store.error().message, HasSubstr("not an address of an S3 store"));
    EXPECT_THAT(store.error().hint, HasSubstr("s3://bucket/prefix"));
  }
  {
    // Slashes at the end say nothing.
    const auto store = OpenObjectStore("s3://b/a//", {.region = "us-east-1"}, LocalFileSystem());
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->url(), "s3://b/a");
  }
  ShutDownObjectStores();
}

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

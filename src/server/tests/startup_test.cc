#include "server/startup.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/uuid.h"
#include "server/data_lock.h"

namespace firn::server {
namespace {

class DataFolder : public testing::Test {
 protected:
  DataFolder() { std::filesystem::create_directories(dir_); }
  ~DataFolder() override { std::filesystem::remove_all(dir_); }

  const std::string dir_ = testing::TempDir() + "/firn_server_" + NewUuidV7().ToString();
};

TEST_F(DataFolder, ASecondServerIsToldThePidOfTheFirst) {
  auto first = DataLock::Take(dir_);
  ASSERT_TRUE(first);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto second = DataLock::Take(dir_);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("pid=" + std::to_string(::getpid())), std::string::npos)
        << second.error().message;
  }
  first->reset();
  EXPECT_TRUE(DataLock::Take(dir_));
}

TEST_F(DataFolder, PortsAreThereFromReadyToStop) {
  EXPECT_EQ(ReadPorts(dir_).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(WritePorts(dir_, {.pg = 1, .http = 2}));
  EXPECT_EQ(ReadPorts(dir_)->pg, 1);
  ASSERT_TRUE(RemovePorts(dir_));
  ASSERT_TRUE(RemovePorts(dir_));
  EXPECT_FALSE(ReadPorts(dir_));
}

TEST_F(DataFolder, ItsOwnFilesAreTheLowestLayersButTheDefault) {
  std::ofstream(dir_ + "/firn.toml") << "pg_port = 1\nhttp_port = 2\n";
  std::ofstream(dir_ + "/firn.auto.toml") << "http_port = 3\n";
  const auto settings = LoadSettings({{"data", dir_}, {"max_connections", "9"}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->Integer("pg_port"), 1);
  EXPECT_EQ(settings->Integer("http_port"), 3);
  EXPECT_EQ(settings->Integer("max_connections"), 9);
  EXPECT_GT(ShareMemory(*settings).engine, 0);
  EXPECT_GT(ShareMemory(*settings).hot_rows, 0);
}

}  // namespace
}  // namespace firn::server

#include "base/settings.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/environment.h"

namespace firn {
namespace {

TEST(Settings, TheHigherLayerWinsWhateverTheOrder) {
  Settings settings;
  EXPECT_EQ(settings.Integer("pg_port"), 5439);
  ASSERT_TRUE(settings.Set("pg_port", "1", SettingOrigin::kFlag));
  ASSERT_TRUE(settings.Set("pg_port", "2", SettingOrigin::kFile));
  EXPECT_EQ(settings.Integer("pg_port"), 1);
  EXPECT_EQ(SettingOriginName(settings.Get("pg_port").origin), "flag");
}

TEST(Settings, ReadsTheEnvironmentAndSecretFiles) {
  const std::string path = testing::TempDir() + "/firn_settings_secret";
  std::ofstream(path) << "7\n";
  Settings settings;
  ASSERT_TRUE(settings.LoadEnvironment([&](const char* name) -> const char* {
    if (std::string_view(name) == "FIRN_HTTP_PORT_FILE") return path.c_str();
    return std::string_view(name) == "FIRN_FLUSH_BYTES" ? "1 GB" : nullptr;
  }));
  EXPECT_EQ(settings.Integer("http_port"), 7);
  EXPECT_EQ(settings.Bytes("flush_bytes"), 1 << 30);
}

TEST(Settings, EveryDefaultHasItsOwnForm) {
  for (const auto& setting : AllSettings()) {
    Settings settings;
    EXPECT_TRUE(settings.Set(setting.name, setting.default_value, SettingOrigin::kFlag))
        << setting.name;
  }
}

TEST(Settings, RefusesWhatItCannotRead) {
  Settings settings;
  EXPECT_FALSE(settings.Set("no_such", "1", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("flush_bytes", "many", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("flush_bytes", "99999999999GB", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("flush_interval", "5 parsecs", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("pg_port", "99999", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("max_connections", "0", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("segment_bytes_max", "1", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("flush_interval", "0", SettingOrigin::kFlag));
  EXPECT_FALSE(settings.Set("log_level", "chatty", SettingOrigin::kFlag));
  EXPECT_EQ(*ParseDurationMs("5min"), 300'000);
  EXPECT_EQ(*ParseDurationMs("250 ms"), 250);
}

TEST(Settings, MemoryTooSmallToRunInIsRefusedAndTheLeastNamed) {
  Settings settings;
  const auto refused = settings.Set("memory_limit", "10kB", SettingOrigin::kFlag);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("10kB"), std::string::npos) << refused.error().message;
  EXPECT_EQ(refused.error().hint, "At least 64MB, or 0.");
  EXPECT_TRUE(settings.Set("memory_limit", "64MB", SettingOrigin::kFlag));
  EXPECT_TRUE(settings.Set("memory_limit", "0", SettingOrigin::kFlag));
}

TEST(Settings, TheLeastIsSaidWithItsUnit) {
  Settings settings;
  const auto hint = [&](std::string_view name, std::string_view value) {
    const auto refused = settings.Set(name, value, SettingOrigin::kFlag);
    return refused ? "taken" : refused.error().hint;
  };
  EXPECT_EQ(hint("log_archive_base", "1ms"), "At least 1s.");
  EXPECT_EQ(hint("orphan_age", "1ms"), "At least 1min.");
  EXPECT_EQ(hint("snapshot_age_max", "1ms"), "At least 100ms.");
  EXPECT_EQ(hint("flush_interval", "0"), "At least 1ms.");
  EXPECT_EQ(hint("flush_bytes", "1"), "At least 4kB.");
  EXPECT_EQ(hint("segment_bytes_max", "1"), "At least 64kB.");
  EXPECT_EQ(hint("flush_groups", "0"), "At least 1.");
  EXPECT_EQ(hint("pg_port", "70000"), "From 0 to 65535.");
}

TEST(Settings, AnEndpointWithoutASchemeIsRefused) {
  Settings settings;
  for (const auto* sound : {"", "http://127.0.0.1:9000", "https://store.example/"}) {
    EXPECT_TRUE(settings.Set("s3_endpoint", sound, SettingOrigin::kFlag)) << sound;
  }
  for (const auto* wrong : {"127.0.0.1:9000", "store.example", "ftp://store.example"}) {
    const auto refused = settings.Set("s3_endpoint", wrong, SettingOrigin::kFlag);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_NE(refused.error().hint.find("https://"), std::string::npos);
  }
}

// Scripts say --flight-port 0 beside the others; nothing listens, so no port can be chosen.
TEST(Settings, AFlightPortIsNeitherOfferedNorTaken) {
  Settings settings;
  EXPECT_TRUE(settings.Set("flight_port", "0", SettingOrigin::kFlag));
  const auto refused = settings.Set("flight_port", "8815", SettingOrigin::kFlag);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().SqlState(), "0A000");
  for (const auto& setting : AllSettings()) EXPECT_NE(setting.name, "flight_port");
}

TEST(Settings, AVariableThatIsNoSettingIsFound) {
  const char* environment[] = {"PATH=/bin",           "FIRN_NOPE=1",
                               "FIRN_PG_PORT=1",      "FIRN_PASSWORD_FILE=/x",
                               "FIRN_PGPORT_FILE=/x", "FIRN_DEPS=/deps",
                               "FIRN_TEST_SEED=1",    "FIRN_FLIGHT_PORT=0",
                               "FIRN_flush_bytes=1",  nullptr};
  EXPECT_EQ(UnknownVariables(environment),
            (std::vector<std::string>{"FIRN_NOPE", "FIRN_PGPORT_FILE", "FIRN_flush_bytes"}));
}

TEST(Settings, AFolderInPlaceOfTheFileIsRefused) {
  const std::string path = testing::TempDir() + "/firn_settings_folder.toml";
  std::filesystem::create_directories(path);
  Settings settings;
  const auto loaded = settings.LoadFile(path, SettingOrigin::kFile);
  std::filesystem::remove(path);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find(path), std::string::npos) << loaded.error().message;
}

TEST(Settings, NamesTheFileAndPlaceOfABadLine) {
  const std::string path = testing::TempDir() + "/firn_settings.toml";
  std::ofstream(path) << "pg_port = 1\nnonsense\n";
  Settings settings;
  const auto loaded = settings.LoadFile(path, SettingOrigin::kFile);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("line 2"), std::string::npos) << loaded.error().message;
}

}  // namespace
}  // namespace firn

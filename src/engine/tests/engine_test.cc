#include "engine/engine.h"

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "engine/tests/engine_fixture.h"

namespace firn::engine {
namespace {

class EngineOpen : public EngineTest {
 protected:
  std::string Setting(const std::string& name) {
    return Show("SELECT current_setting('" + name + "')::varchar");
  }
};

TEST_F(EngineOpen, IsTheVersionThatWasTested) {
  EXPECT_EQ(engine_->version(), "v1.5.5");
}

TEST_F(EngineOpen, MakesItsSettingsOnEveryConnection) {
  auto other = Lease();
  std::swap(lease_, other);
  EXPECT_EQ(Setting("integer_division"), "true");
  EXPECT_EQ(Setting("preserve_insertion_order"), "false");
  EXPECT_EQ(Setting("enable_external_access"), "false");
  EXPECT_EQ(Setting("autoload_known_extensions"), "false");
  EXPECT_EQ(Setting("lock_configuration"), "false");
  EXPECT_EQ(Setting("threads"), "4");
  EXPECT_EQ(Setting("TimeZone"), "UTC");
  EXPECT_EQ(Show("SELECT x FROM (VALUES (2), (NULL), (1)) t(x) ORDER BY x"), "1\n2\nnull");
  EXPECT_EQ(Show("SELECT x FROM (VALUES (2), (NULL), (1)) t(x) ORDER BY x DESC"), "null\n2\n1");
  EXPECT_EQ(Show("SELECT 7 / 2"), "3");
}

TEST_F(EngineOpen, RefusesTheWorldOutsideTheAllowedFolders) {
  const auto lake = (folder_ / "lake").string();
  const std::vector<std::string> attempts = {
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM read_blob('/etc/passwd')",
      "SELECT * FROM '/etc/passwd'",
      "SELECT * FROM glob('/etc/*')",
      "SELECT * FROM read_text('" + lake + "/../../../etc/passwd')",
      "COPY (SELECT 1) TO '/tmp/firn_engine_copy.csv'",
      "ATTACH '/tmp/firn_engine_attached.db'",
      "INSTALL httpfs",
      "LOAD httpfs",
      "LOAD '/tmp/some.duckdb_extension'",
      "SET enable_external_access = true",
      "SET allowed_directories = ['/']",
      "SET temp_directory = '/tmp/elsewhere'",
      "EXPORT DATABASE '/tmp/firn_engine_export'",
  };
  for (const auto& sql : attempts) {
    auto query = lease_->Prepare(sql);
    Status status;
    if (query) {
      status = [&]() -> Status {
        FIRN_TRY(auto stream, (*query)->Execute());
        FIRN_TRY(auto batch, stream->Next());
        return {};
      }();
    } else {
      status = Fail(query.error());
    }
    EXPECT_FALSE(status) << sql;
    if (!status && sql.find("read_") != std::string::npos) {
      EXPECT_EQ(status.error().SqlState(), "42501") << sql << ": " << status.error().message;
    }
  }
  EXPECT_FALSE(std::filesystem::exists("/tmp/firn_engine_copy.csv"));
  EXPECT_FALSE(std::filesystem::exists("/tmp/firn_engine_attached.db"));
}

TEST_F(EngineOpen, ReadsFilesInAllowedFolders) {
  std::ofstream(folder_ / "lake" / "a.csv") << "x\n1\n2\n";
  EXPECT_EQ(Show("SELECT sum(x) FROM read_csv('" + (folder_ / "lake/a.csv").string() + "')"), "3");
}

TEST_F(EngineOpen, SpillsIntoItsTempFolder) {
  ASSERT_TRUE(engine_->SetMemoryLimit(48 << 20));
  EXPECT_EQ(Show("SELECT count(*) FROM (SELECT range AS k, hash(range) AS h FROM range(3000000) "
                 "ORDER BY h LIMIT 2900000)"),
            "2900000");
}

TEST_F(EngineOpen, MemoryLimitCanChangeWhileItRuns) {
  ASSERT_TRUE(engine_->SetMemoryLimit(123 << 20));
  EXPECT_EQ(Setting("memory_limit"), "123.0 MiB");
  ASSERT_TRUE(engine_->SetMemoryLimit(456 << 20));
  EXPECT_EQ(Setting("memory_limit"), "456.0 MiB");
}

TEST_F(EngineOpen, SaysWhatIsWrongWithItsOptions) {
  options_.allowed_directories = {"relative/folder"};
  const auto engine = Engine::Open(options_);
  ASSERT_FALSE(engine);
  EXPECT_NE(engine.error().message.find("relative/folder"), std::string::npos);
}

TEST_F(EngineOpen, TwoEnginesDoNotShareAnything) {
  auto other = Engine::Open(options_);
  ASSERT_TRUE(other);
  auto handle = (*other)->Register(NumberedSource({3}));
  EXPECT_FALSE(Read("SELECT * FROM " + handle.sql()));
}

// duckdb_api_internal.h is the list to check when DuckDB's version is raised: it must be whole.
TEST(DuckDbApi, EverySymbolInUseIsNamedOnce) {
  const std::filesystem::path room = FIRN_ROOM_FOLDER;
  const std::regex symbol("\\bduckdb_[a-z0-9_]+\\b");
  const auto symbols_of = [&](const std::filesystem::path& path) {
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), symbol), end; at != end; ++at) {
      if (!at->str().ends_with("_internal")) found.insert(at->str());
    }
    return found;
  };
  const auto listed = symbols_of(room / "duckdb_api_internal.h");
  ASSERT_GT(listed.size(), 50u);
  std::set<std::string> used;
  for (const auto& entry : std::filesystem::directory_iterator(room)) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".cc") && !name.ends_with("_internal.h")) continue;
    if (name == "duckdb_api_internal.h") continue;
    used.merge(symbols_of(entry.path()));
  }
  for (const auto& name : used) {
    EXPECT_TRUE(listed.contains(name)) << "not in duckdb_api_internal.h: " << name;
  }
  for (const auto& name : listed) EXPECT_TRUE(used.contains(name)) << "listed, not used: " << name;
}

}  // namespace
}  // namespace firn::engine

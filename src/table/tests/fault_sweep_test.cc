// A whole database on a disk of which every single operation fails in turn: what was acknowledged
// is there once, what was refused is not there at all, and somebody was told.
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <set>

#include <gtest/gtest.h>

#include "io/faulty_file_system.h"
#include "table/tests/scripted_life.h"

namespace firn::table {
namespace {

using io::CutPolicy;
using io::FaultyFileSystem;
using Op = FaultyFileSystem::Op;

// Without FIRN_SLOW one operation of this many fails.
constexpr uint64_t kStride = 16;
constexpr uint64_t kReadStride = 4;

// What may fail without a word to whoever asked (the server's log has one), for no harm comes of
// it.
constexpr std::array<std::string_view, 5> kNobodyNeedsToKnow = {
    "/metadata/*.text",    // the hint: start-up looks at it and writes it anew
    "/catalog.db",         // checkpoints: the WAL has all of it; at a stop: so has the log
    "sync directory |",    // the catalog's, when it notes the newest segment: the next round does
    "/log/spare_",         // prepared ahead: the log makes a file when it needs one
    "remove /warehouse/",  // of a table that is dropped
};

class FaultSweep : public testing::Test {
 protected:
  ~FaultSweep() override {
    life_.Close();
    std::filesystem::remove_all(dir_);
  }

  /// What fails: operations of any kind but reads, or only those of one kind.
  struct Plan {
    std::optional<Op> op;
    bool forever = false;
    bool power_cut = false;
    bool disk_full = false;
  };

  uint64_t Count(const Plan& plan) const {
    return plan.op ? files_.count(*plan.op) : files_.changes();
  }

  // Lives until operation n fails. False when there is none.
  bool RunOnce(uint64_t n, const Plan& plan) {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
    files_.Forget();
    life_.Forget();
    const uint64_t before = Count(plan);
    files_.SayDiskFull(plan.disk_full);
    if (plan.op) {
      files_.FailAt(*plan.op, n, plan.forever);
    } else {
      files_.FailAnyAt(n, plan.forever);
    }
    life_.Live();
    const bool reached = Count(plan) - before >= n;
    const auto failed = files_.first_failure();
    if (reached && life_.complaints() == 0) silent_.insert(WithoutNames(failed));
    if (plan.power_cut) files_.FailAnyAt(1);
    life_.Close();
    if (plan.power_cut) {
      const auto fate = n % 2 == 0 ? CutPolicy::Fate::kNothing : CutPolicy::Fate::kRandom;
      const auto dropped = files_.DropUnsynced({fate, n});
      EXPECT_TRUE(dropped) << dropped.error().message;
    }
    files_.Heal();
    SCOPED_TRACE("failed: " + failed);
    StartAgain();
    return reached && !HasFailure();
  }

  void StartAgain() {
    auto worlds = PossibleWorlds(life_.deeds(), SIZE_MAX);
    for (int i = 0; i < 3; ++i) {
      SCOPED_TRACE(fmt::format("start {}", i));
      const auto opened = life_.Open();
      ASSERT_TRUE(opened) << opened.error().message;
      ExpectOneOf(worlds);
      const auto flushed = life_.Flush();
      ASSERT_TRUE(flushed) << flushed.error().message;
      ExpectOneOf(worlds);
      const auto lake = life_.ReadLake();
      ASSERT_TRUE(lake) << lake.error().message;
      if (i == 1) {
        EXPECT_TRUE(life_.Stop());
      }
      life_.Close();
      if (HasFailure()) return;
    }
  }

  // What was unknown is known from then on.
  void ExpectOneOf(std::vector<World>& worlds) {
    const auto world = life_.Observe();
    ASSERT_TRUE(world) << world.error().message;
    std::string wanted;
    for (const auto& one : worlds) wanted += one.ToString() + " or ";
    ASSERT_NE(std::find(worlds.begin(), worlds.end(), *world), worlds.end())
        << "got " << world->ToString() << "\nwant " << wanted;
    worlds = {*world};
  }

  void Sweep(const Plan& plan) {
    const bool slow = std::getenv("FIRN_SLOW") != nullptr;
    const uint64_t stride = slow ? 1 : plan.op ? kReadStride : kStride;
    const char* given = std::getenv("FIRN_SEED");  // begins with this one
    uint64_t n = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
    for (; !HasFailure(); n += stride) {
      SCOPED_TRACE(fmt::format("operation {}", n));
      if (!RunOnce(n, plan)) break;
      ++injected_;
    }
    last_ = n;
  }

  void Report() const {
    std::cout << "faults injected: " << injected_ << "\n";
    for (const auto& one : silent_) {
      std::cout << "  nobody was told: " << one << "\n";
      EXPECT_TRUE(std::any_of(kNobodyNeedsToKnow.begin(), kNobodyNeedsToKnow.end(),
                              [told = one + "|"](std::string_view known) {
                                return told.find(known) != std::string::npos;
                              }))
          << one;
    }
  }

  // Without the folder and what differs from run to run.
  std::string WithoutNames(std::string failed) const {
    const auto at = failed.find(dir_);
    if (at != std::string::npos) failed.erase(at, dir_.size());
    for (auto& c : failed) {
      if (c >= '0' && c <= '9') c = '#';
    }
    const auto name = failed.rfind('/');
    const auto end = failed.find_last_of('.');
    const bool folder_of_ids = failed.find("/warehouse/") != std::string::npos;
    if (!folder_of_ids || name == std::string::npos || end == std::string::npos || end < name) {
      return failed;
    }
    const auto folder = failed.rfind('/', name - 1);
    return failed.substr(0, failed.find('/')) + "…" + failed.substr(folder, name - folder) + "/*" +
           failed.substr(end);
  }

  static std::string TempRoot() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
  }
  const std::string dir_ = TempRoot() + "/firn_sweep_" + NewUuidV7().ToString();
  FaultyFileSystem files_{io::LocalFileSystem()};
  ScriptedLife life_{dir_, files_, [] { return size_t{0}; }};
  uint64_t last_ = 0;
  int injected_ = 0;
  std::set<std::string> silent_;
};

TEST_F(FaultSweep, OneFailureLosesNothing) {
  Sweep({});
  EXPECT_GT(last_, 300u);
  Report();
}
TEST_F(FaultSweep, ADiskThatStaysBrokenLosesNothing) {
  Sweep({.forever = true});
  Report();
}
TEST_F(FaultSweep, AFullDiskLosesNothing) {
  Sweep({.forever = true, .disk_full = true});
  Report();
}
TEST_F(FaultSweep, APowerCutLosesNothing) {
  Sweep({.forever = true, .power_cut = true});
  Report();
}
TEST_F(FaultSweep, APowerCutAfterAFailureLosesNothing) {
  Sweep({.power_cut = true});
  Report();
}
TEST_F(FaultSweep, AReadThatFailsLosesNothing) {
  Sweep({.op = Op::kRead});
  Sweep({.op = Op::kRead, .forever = true});
  Report();
}

}  // namespace
}  // namespace firn::table

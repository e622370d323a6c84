// The history of a whole database's life on its disk, cut off at every moment: whatever a power cut
// there could leave is recovered, and must show what was acknowledged by then and nothing else.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "io/disk_history.h"
#include "io/recording_file_system.h"
#include "table/tests/scripted_life.h"

namespace firn::table {
namespace {

using io::CutPolicy;
using io::DiskChange;
using Fate = CutPolicy::Fate;

// Without FIRN_SLOW one moment and fate of this many, by FIRN_SEED.
constexpr uint64_t kStride = 5;
constexpr uint64_t kSeeds = 2;
constexpr uint64_t kSeedsSlow = 8;

/// What came of one image.
struct Recovery {
  Status status;
  World world;
  Lsn next_lsn;
  std::vector<int64_t> lake;
  std::map<std::string, Status> hints;  // before anything was recovered
};

class PowerCut : public testing::Test {
 protected:
  PowerCut() { MakeFolder(); }
  ~PowerCut() override { std::filesystem::remove_all(dir_); }

  void MakeFolder() const {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
  }
  ScriptedLife NewLife() {
    return {dir_, disk_, [this] { return disk_.size(); }};
  }

  static uint64_t Seed() {
    const char* given = std::getenv("FIRN_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  }
  static bool Slow() { return std::getenv("FIRN_SLOW") != nullptr; }
  static uint64_t Mixed(uint64_t value) { return std::mt19937_64(value)(); }

  // Fates that differ only when something was not synced.
  static std::vector<CutPolicy> Policies(uint64_t moment, bool pending) {
    std::vector<CutPolicy> policies = {{Fate::kNothing}};
    if (!pending) return policies;
    for (const auto fate : {Fate::kEverything, Fate::kNames, Fate::kBytes}) {
      policies.push_back({fate});
    }
    const uint64_t seeds = Slow() ? kSeedsSlow : kSeeds;
    for (uint64_t i = 0; i < seeds; ++i) {
      policies.push_back({Fate::kRandom, Mixed(Seed() * 1'000'003 + moment * 101 + i)});
    }
    return policies;
  }

  static bool Makes(DiskChange::Kind kind) {
    return kind == DiskChange::Kind::kCreate || kind == DiskChange::Kind::kRename ||
           kind == DiskChange::Kind::kMakeDir;
  }

  // The power goes again somewhere in the history since the image was made.
  Status CutAgain(uint64_t seed) {
    const auto& history = disk_.history();
    const size_t moment = Mixed(seed) % (history.size() + 1);
    io::DiskModel disk;
    // What was found is how the image was, whenever it was looked at.
    for (const auto& change : history) {
      if (change.kind == DiskChange::Kind::kFound) disk.Apply(change);
    }
    for (size_t i = 0; i < moment; ++i) {
      if (history[i].kind != DiskChange::Kind::kFound) disk.Apply(history[i]);
    }
    auto image = disk.Cut({Fate::kRandom, Mixed(seed + 1)});
    for (size_t i = moment; i < history.size(); ++i) {
      const auto& later = history[i].to;
      if (!image.files.contains(later) && !image.folders.contains(later) &&
          Makes(history[i].kind)) {
        image.gone.insert(later);
      }
    }
    FIRN_RETURN_IF_ERROR(image.WriteTo(io::LocalFileSystem()));
    disk_.Forget();
    return {};
  }

  Status Expect(ScriptedLife& life, const World& want, std::string_view when) {
    FIRN_TRY(const auto got, life.Observe());
    if (got == want) return {};
    return Fail(ErrorCode::kInternal, "{}: want \"{}\" got \"{}\"", when, want.ToString(),
                got.ToString());
  }

  Status Recover(ScriptedLife& life, const io::CutImage& image, Recovery* out) {
    MakeFolder();
    FIRN_RETURN_IF_ERROR(image.WriteTo(io::LocalFileSystem()));
    disk_.Forget();
    life.Forget(1000);
    out->hints = life.FollowHints();
    FIRN_RETURN_IF_ERROR(life.Open());
    FIRN_TRY(out->world, life.Observe());
    out->next_lsn = life.next_lsn();
    FIRN_TRY(out->lake, life.ReadLake());
    const auto hints = life.FollowHints();
    for (const auto& [name, table] : out->world.tables) FIRN_RETURN_IF_ERROR(hints.at(name));
    life.Close();
    FIRN_RETURN_IF_ERROR(CutAgain(image.Digest()));
    FIRN_RETURN_IF_ERROR(life.Open());
    FIRN_RETURN_IF_ERROR(Expect(life, out->world, "after a power cut in the recovery"));
    life.WriteToAll(2);
    if (life.complaints() > 0) return Fail(ErrorCode::kInternal, "a write was refused");
    FIRN_RETURN_IF_ERROR(life.Flush());
    FIRN_TRY(const auto after, life.Observe());
    const auto rows = [](const World& world) {
      size_t count = 0;
      for (const auto& [name, table] : world.tables) count += table.rows.size();
      return count;
    };
    if (rows(after) != rows(out->world) + 2 * after.tables.size()) {
      return Fail(ErrorCode::kInternal, "after a write: \"{}\"", after.ToString());
    }
    FIRN_TRY(const auto lake, life.ReadLake());
    if (lake.size() != rows(after)) return Fail(ErrorCode::kInternal, "not all is in the lake");
    FIRN_RETURN_IF_ERROR(life.Stop());
    FIRN_RETURN_IF_ERROR(life.Open());
    FIRN_RETURN_IF_ERROR(Expect(life, after, "after a stop"));
    life.Close();
    return {};
  }

  // The change before and the one that did not come to pass.
  std::string Moment(const io::DiskHistory& history, size_t k) const {
    const auto text = [&](size_t i) {
      if (i >= history.size()) return std::string("the end");
      const auto& change = history[i];
      return fmt::format("{} {} {}", io::NameOf(change.kind), change.from, change.to);
    };
    return fmt::format("after change {} ({}), before ({})", k, k == 0 ? "none" : text(k - 1),
                       text(k));
  }

  static void Check(const Recovery& recovery, const std::vector<Deed>& deeds, size_t k) {
    ASSERT_TRUE(recovery.status) << recovery.status.error().message;
    const auto worlds = PossibleWorlds(deeds, k);
    std::string wanted;
    for (const auto& world : worlds) wanted += world.ToString() + " or ";
    EXPECT_NE(std::find(worlds.begin(), worlds.end(), recovery.world), worlds.end())
        << "got " << recovery.world.ToString() << "\nwant " << wanted;
    std::set<int64_t> committed;
    for (const auto& deed : deeds) {
      if (deed.kind == Deed::Kind::kWrite && deed.asked < k) committed.insert(deed.number);
      if (deed.answered <= k) {
        EXPECT_LT(deed.last_lsn, recovery.next_lsn) << "given out again";
      }
    }
    // A table that is certainly there can be read by those who know nothing of firn.
    for (const auto& [name, table] : worlds.front().tables) {
      const auto has = [&](const World& world) { return world.tables.contains(name); };
      if (!std::all_of(worlds.begin(), worlds.end(), has)) continue;
      const auto hint = recovery.hints.find(name);
      ASSERT_NE(hint, recovery.hints.end()) << "no folder of " << name;
      EXPECT_TRUE(hint->second) << hint->second.error().message;
    }
    for (const auto id : recovery.lake) {
      ASSERT_TRUE(committed.contains(id / 1'000'000)) << "in the lake, never committed: " << id;
    }
  }

  static std::string TempRoot() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
  }
  const std::string dir_ = TempRoot() + "/firn_power_" + NewUuidV7().ToString();
  io::RecordingFileSystem disk_{io::LocalFileSystem()};
};

TEST_F(PowerCut, WhateverItLeavesIsRecovered) {
  auto life = NewLife();
  life.Live();
  ASSERT_EQ(life.complaints(), 0);
  life.Close();
  const io::DiskHistory history = disk_.history();
  const auto deeds = life.deeds();
  bool retired = false;
  std::map<std::string_view, int> kinds;
  for (const auto& change : history) {
    ++kinds[io::NameOf(change.kind)];
    retired |= change.from.find("/log/segment_") != std::string::npos;
  }
  EXPECT_TRUE(retired);
  EXPECT_GT(deeds.size(), 15u);

  io::DiskModel disk;
  std::map<uint64_t, Recovery> recovered;  // by the image's digest
  uint64_t possible = 0;
  uint64_t built = 0;
  const auto started = std::chrono::steady_clock::now();
  for (size_t k = 0; k <= history.size() && !HasFailure(); ++k) {
    if (k > 0) disk.Apply(history[k - 1]);
    for (const auto policy : Policies(k, !disk.nothing_pending())) {
      if (Mixed(Seed() + ++possible) % kStride != 0 && !Slow()) continue;
      SCOPED_TRACE(fmt::format("{}; fate {} seed {}", Moment(history, k),
                               static_cast<int>(policy.fate), policy.seed));
      const auto image = disk.Cut(policy);
      ++built;
      auto [found, is_new] = recovered.try_emplace(image.Digest());
      if (is_new) found->second.status = Recover(life, image, &found->second);
      life.Close();
      Check(found->second, deeds, k);
      if (HasFailure()) break;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::cout << fmt::format(
      "power cuts: changes={} images={} of {} distinct and recovered={} (each cut once more) "
      "seconds={:.1f}\n",
      history.size(), built, possible, recovered.size(), took.count());
  for (const auto& [kind, count] : kinds) std::cout << fmt::format("  {}: {}\n", kind, count);
}

}  // namespace
}  // namespace firn::table

// log: what is sound in a damaged log, as a log that can be started with.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "log/changes.h"

namespace firn::log {

/// A place where something is not sound. `after`: the last LSN saved before it; `before`: the
/// first one saved behind it, Lsn() when there is none.
struct LostPlace {
  std::string path;
  uint64_t offset = 0;
  std::string why;
  Lsn after;
  Lsn before;
};

struct Salvage {
  uint64_t segments = 0;  // made
  uint64_t groups = 0;
  uint64_t bytes = 0;
  Lsn first_lsn;  // Lsn(): nothing was saved
  Lsn last_lsn;
  std::vector<LostPlace> lost;  // in the order of LSNs
};

/// What the log cannot know of itself: what its groups mean, and from where on it is needed.
struct SalvageOptions {
  /// Everything is read as for a salvage and nothing is written.
  bool dry = false;
  /// Changes a sound group before it is saved, its LSNs and transactions excepted.
  std::function<Status(Group&)> edit;
  /// The last group, of LSNs from this one on; nullopt: none.
  std::function<Result<std::optional<Group>>(Lsn)> last;
  /// Up to here others have it all: a log that begins behind it has lost something.
  std::optional<Lsn> held_elsewhere;
};

/// Reads the log in `from`, going on behind damage, and writes every sound group to `to`, a folder
/// that it makes: segments of the same log with the same LSNs, in which a loss is a gap. What was
/// never acknowledged is not taken: a torn tail, and what lies behind the LSN that the next segment
/// follows. `from` is not changed.
/// Errors: kNotFound (no log), kAlreadyExists (`to` is there and not empty), kCorrupt (no segment
/// has a sound group), kIo.
Result<Salvage> SalvageLog(io::FileSystem& fs, const std::string& from, const std::string& to,
                           const SalvageOptions& options = {});

/// For people: what was saved and lost.
std::string SalvageText(const Salvage& salvage, const std::string& to);

}  // namespace firn::log

// log: a look into a log's folder or one segment file, for `firn wal inspect`. Reads only, and
// goes on behind damage, where recovery refuses.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "log/changes.h"

namespace firn::log {

struct InspectedTable {
  TableId table;
  SchemaId schema_id;
  std::string name;
  uint64_t rows = 0;
};

struct InspectedGroup {
  enum class Kind : uint8_t { kState, kRows, kTrailer, kBad };
  Kind kind = Kind::kRows;
  uint64_t offset = 0;
  uint64_t bytes = 0;  // 0: not known, in kBad
  Lsn first_lsn;
  Lsn last_lsn;
  uint32_t transactions = 0;
  uint64_t catalog_records = 0;
  uint64_t state_entries = 0;
  std::vector<InspectedTable> tables;
  std::string why;  // kBad: which check failed

  bool checksums_ok() const { return kind != Kind::kBad; }
};

struct InspectedSegment {
  enum class Ending : uint8_t {
    kComplete,   // the next segment follows its last LSN
    kCleanStop,  // a trailer
    kOpen,       // ends without a trailer: in use, or killed
    kTorn,       // something that is no whole group behind the last one, nothing whole after it
    kDamaged,    // whole groups lie behind something that is none, or groups are missing
  };
  std::string path;
  LogId log;
  Lsn base_lsn;
  Lsn follows;
  uint64_t file_bytes = 0;
  uint64_t end = 0;  // behind the last whole group
  std::vector<InspectedGroup> groups;
  Ending ending = Ending::kOpen;
  std::string why;
};

struct Inspection {
  std::vector<InspectedSegment> segments;
  bool damaged() const;
};

/// `path` is a log's folder or a segment file. Errors: kNotFound, kIo.
Result<Inspection> InspectLog(io::FileSystem& fs, const std::string& path);

/// One line a group.
std::string InspectText(const Inspection& inspection);
/// {"damaged": …, "segments": [{"path": …, "groups": [{"offset": …}]}]}
std::string InspectJson(const Inspection& inspection);

std::string_view KindName(InspectedGroup::Kind kind);
std::string_view EndingName(InspectedSegment::Ending ending);

}  // namespace firn::log

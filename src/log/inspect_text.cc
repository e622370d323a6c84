#include <nlohmann/json.hpp>

#include "log/inspect.h"

namespace firn::log {
namespace {

nlohmann::ordered_json ToJson(const InspectedGroup& group) {
  nlohmann::ordered_json out = {{"offset", group.offset},
                                {"bytes", group.bytes},
                                {"kind", KindName(group.kind)},
                                {"checksums", group.checksums_ok() ? "ok" : "bad"}};
  if (!group.why.empty()) out["why"] = group.why;
  if (group.bytes == 0) return out;
  out["first_lsn"] = group.first_lsn.value();
  out["last_lsn"] = group.last_lsn.value();
  out["transactions"] = group.transactions;
  if (group.kind == InspectedGroup::Kind::kState) out["state_entries"] = group.state_entries;
  if (group.kind != InspectedGroup::Kind::kRows) return out;
  out["catalog_records"] = group.catalog_records;
  out["tables"] = nlohmann::ordered_json::array();
  for (const auto& table : group.tables) {
    out["tables"].push_back({{"id", table.table.value().ToString()},
                             {"schema_id", table.schema_id.value()},
                             {"name", table.name},
                             {"rows", table.rows}});
  }
  return out;
}

std::string ToText(const InspectedGroup& group) {
  std::string line =
      fmt::format("  {:>12} {:>10}  {:<7} ", group.offset, group.bytes, KindName(group.kind));
  if (group.kind == InspectedGroup::Kind::kBad) return line + group.why + "\n";
  if (group.kind != InspectedGroup::Kind::kRows) {
    return line + fmt::format("next lsn {}, {} entries\n", group.first_lsn, group.state_entries);
  }
  line += fmt::format("lsn {}..{}  tx {}", group.first_lsn, group.last_lsn, group.transactions);
  for (const auto& table : group.tables) line += fmt::format("  {} {}", table.name, table.rows);
  if (group.catalog_records > 0) line += fmt::format("  catalog {}", group.catalog_records);
  return line + "\n";
}

}  // namespace

std::string_view KindName(InspectedGroup::Kind kind) {
  switch (kind) {
    case InspectedGroup::Kind::kState:
      return "state";
    case InspectedGroup::Kind::kRows:
      return "rows";
    case InspectedGroup::Kind::kTrailer:
      return "trailer";
    case InspectedGroup::Kind::kBad:
      return "bad";
  }
  return "";
}

std::string_view EndingName(InspectedSegment::Ending ending) {
  switch (ending) {
    case InspectedSegment::Ending::kComplete:
      return "complete";
    case InspectedSegment::Ending::kCleanStop:
      return "clean stop";
    case InspectedSegment::Ending::kOpen:
      return "open";
    case InspectedSegment::Ending::kTorn:
      return "torn tail";
    case InspectedSegment::Ending::kDamaged:
      return "damaged";
  }
  return "";
}

std::string InspectText(const Inspection& inspection) {
  std::string out;
  for (const auto& segment : inspection.segments) {
    out += fmt::format("{}\n  log {}, base lsn {}, follows {}, {} of {} bytes used\n", segment.path,
                       segment.log, segment.base_lsn, segment.follows, segment.end,
                       segment.file_bytes);
    out += fmt::format("  {:>12} {:>10}  {:<7} \n", "offset", "bytes", "kind");
    for (const auto& group : segment.groups) out += ToText(group);
    out += fmt::format("  {}{}{}\n", EndingName(segment.ending), segment.why.empty() ? "" : ": ",
                       segment.why);
  }
  return out;
}

std::string InspectJson(const Inspection& inspection) {
  nlohmann::ordered_json segments = nlohmann::ordered_json::array();
  for (const auto& segment : inspection.segments) {
    nlohmann::ordered_json one = {{"path", segment.path},
                                  {"log_id", segment.log.value().ToString()},
                                  {"base_lsn", segment.base_lsn.value()},
                                  {"follows", segment.follows.value()},
                                  {"file_bytes", segment.file_bytes},
                                  {"end", segment.end},
                                  {"ending", EndingName(segment.ending)}};
    if (!segment.why.empty()) one["why"] = segment.why;
    one["groups"] = nlohmann::ordered_json::array();
    for (const auto& group : segment.groups) one["groups"].push_back(ToJson(group));
    segments.push_back(std::move(one));
  }
  const nlohmann::ordered_json out = {{"damaged", inspection.damaged()},
                                      {"segments", std::move(segments)}};
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace firn::log

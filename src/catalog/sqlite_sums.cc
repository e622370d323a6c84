#include "catalog/sqlite_sums.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/crc32c.h"

namespace firn::catalog {
namespace {

constexpr std::string_view kTotals = "totals";
constexpr std::string_view kFormat = "format";

uint32_t Chain(uint32_t crc, char type, const void* data, size_t size) {
  std::array<char, 9> head{type};
  const auto length = static_cast<uint64_t>(size);
  std::memcpy(head.data() + 1, &length, sizeof(length));
  return Crc32c(data, size, Crc32c(head.data(), head.size(), crc));
}

uint32_t Chain(uint32_t crc, sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return Chain(crc, 'n', nullptr, 0);
    case SQLITE_INTEGER: {
      const int64_t number = sqlite3_value_int64(value);
      return Chain(crc, 'i', &number, sizeof(number));
    }
    case SQLITE_TEXT: {
      const void* text = sqlite3_value_text(value);  // before the size, which is that of its form
      return Chain(crc, 't', text, static_cast<size_t>(sqlite3_value_bytes(value)));
    }
    default: {  // nothing of ours
      const void* bytes = sqlite3_value_blob(value);
      return Chain(crc, 'b', bytes, static_cast<size_t>(sqlite3_value_bytes(value)));
    }
  }
}

void FirnCrc(sqlite3_context* context, int count, sqlite3_value** values) {
  uint32_t crc = 0;
  for (int i = 0; i < count; ++i) crc = Chain(crc, values[i]);
  sqlite3_result_int64(context, crc);
}

/// "<number> <crc in hex>"; nothing for anything else.
std::optional<std::pair<int64_t, uint32_t>> Parse(const std::string& text) {
  std::pair<int64_t, uint32_t> parsed;
  const char* end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, parsed.first);
  if (number.ec != std::errc() || number.ptr == end || *number.ptr != ' ') return std::nullopt;
  const auto crc = std::from_chars(number.ptr + 1, end, parsed.second, 16);
  if (crc.ec != std::errc() || crc.ptr != end) return std::nullopt;
  return parsed;
}
std::string Text(int64_t number, uint32_t crc) {
  return fmt::format("{} {:08x}", number, crc);
}

std::string Crc(const SummedTable& table) {
  return fmt::format("firn_crc('{}', {})", table.name, table.columns);
}

/// A key that was damaged may hold anything.
std::string Shown(std::string_view key) {
  constexpr size_t kEnough = 80;
  std::string shown;
  for (const char c : key.substr(0, kEnough)) {
    shown += c >= ' ' && c <= '~' ? std::string(1, c)
                                  : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return shown;
}

}  // namespace

Status SqliteSums::Register() {
  const int code = sqlite3_create_function_v2(
      connection_.db(), "firn_crc", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
      nullptr, FirnCrc, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : connection_.Failed("add a function");
}

Result<uint32_t> SqliteSums::SchemaCrc() {
  uint32_t crc = 0;
  Query schema(connection_,
               "SELECT firn_crc(type, name, tbl_name, sql) FROM sqlite_schema ORDER BY name");
  for (;;) {
    FIRN_TRY(const bool row, schema.Step());
    if (!row) return crc;
    const int64_t one = schema.Integer(0);
    crc = Chain(crc, 's', &one, sizeof(one));
  }
}

Status SqliteSums::CheckFormat(int64_t version, int64_t known) {
  Query there(connection_, "SELECT count(*) FROM sqlite_schema WHERE name = 'state'");
  FIRN_RETURN_IF_ERROR(there.Step());
  if (there.Integer(0) == 0) {
    if (version == 0) return {};  // it was made just now
    return connection_.Damaged(fmt::format("it has no table state: version={}", version));
  }
  Query noted(connection_, "SELECT value FROM state WHERE key = ?1");
  FIRN_TRY(const bool row, noted.Bind(1, kFormat).Step());
  if (!row) {
    if ((version > 0 && version < kSince) || version > known) return {};
    return connection_.Damaged(fmt::format("what it says of its version is gone: {}", version));
  }
  const auto format = Parse(noted.Text(0));
  if (!format || format->first != version) {
    return connection_.Damaged(fmt::format("its version is not what was noted: want={} got={}",
                                           Shown(noted.Text(0)), version));
  }
  if (version > known) return {};
  FIRN_TRY(const auto crc, SchemaCrc());
  if (crc == format->second) return {};
  return connection_.Damaged(fmt::format(
      "the checksum of its schema does not hold: want={:08x} got={:08x}", format->second, crc));
}

Status SqliteSums::NoteFormat(int64_t version) {
  FIRN_TRY(const auto schema, SchemaCrc());
  FIRN_RETURN_IF_ERROR(
      Query(connection_, "INSERT OR REPLACE INTO state VALUES (?1, ?2, firn_crc('state', ?1, ?2))")
          .Bind(1, kFormat)
          .Bind(2, Text(version, schema))
          .Run());
  totals_ = {};
  for (const auto& table : {kState, kTables, kLakePointers, kObjects}) {
    Query all(connection_,
              fmt::format("SELECT crc FROM {0} WHERE {1} <> 'totals'", table.name, table.key));
    for (;;) {
      FIRN_TRY(const bool row, all.Step());
      if (!row) break;
      ++totals_.rows;
      totals_.crc ^= static_cast<uint32_t>(all.Integer(0));
    }
  }
  return End();
}

Status SqliteSums::Begin() {
  Query query(connection_,
              "SELECT value, firn_crc('state', key, value) = crc FROM state WHERE key = ?1");
  FIRN_TRY(const bool row, query.Bind(1, kTotals).Step());
  const auto totals = row && query.Integer(1) == 1 ? Parse(query.Text(0)) : std::nullopt;
  if (!totals) return Damaged(kState, kTotals, "it is gone, or its checksum does not hold");
  totals_ = {.rows = totals->first, .crc = totals->second};
  return {};
}

Status SqliteSums::End() {
  return Query(connection_,
               "INSERT OR REPLACE INTO state VALUES (?1, ?2, firn_crc('state', ?1, ?2))")
      .Bind(1, kTotals)
      .Bind(2, Text(totals_.rows, totals_.crc))
      .Run();
}

Status SqliteSums::Count(const SummedTable& table, std::string_view key, int64_t sign) {
  Query query(connection_, fmt::format("SELECT crc FROM {} WHERE {} = ?1", table.name, table.key));
  FIRN_TRY(const bool row, query.Bind(1, key).Step());
  if (!row) return {};
  totals_.rows += sign;
  totals_.crc ^= static_cast<uint32_t>(query.Integer(0));
  return {};
}

Status SqliteSums::Write(const SummedTable& table, std::string_view key,
                         const std::function<Status()>& write) {
  FIRN_RETURN_IF_ERROR(Count(table, key, -1));
  FIRN_RETURN_IF_ERROR(write());
  return Count(table, key, +1);
}

Status SqliteSums::Each(const SummedTable& table, Totals& seen,
                        const std::function<Status(const Query&)>& row) {
  Query all(connection_,
            fmt::format("SELECT {}, crc, {} FROM {}", table.columns, Crc(table), table.name));
  const int crc = static_cast<int>(std::count(table.columns.begin(), table.columns.end(), ',')) + 1;
  for (;;) {
    FIRN_TRY(const bool there, all.Step());
    if (!there) return {};
    const auto key = all.Text(0);
    const int64_t want = all.Integer(crc);
    const int64_t got = all.Integer(crc + 1);
    if (want != got) {
      return Damaged(table, key,
                     fmt::format("its checksum does not hold: want={:08x} got={:08x}", want, got));
    }
    if (auto read = row(all); !read) return Damaged(table, key, read.error().message);
    if (key == kTotals) continue;
    ++seen.rows;
    seen.crc ^= static_cast<uint32_t>(got);
  }
}

Status SqliteSums::CheckTotals(const Totals& seen) {
  FIRN_RETURN_IF_ERROR(Begin());
  if (seen == totals_) return {};
  return connection_.Damaged(
      fmt::format("rows are missing, or are not the newest ones: want rows={} crc={:08x}, "
                  "got rows={} crc={:08x}",
                  totals_.rows, totals_.crc, seen.rows, seen.crc));
}

Failure SqliteSums::Damaged(const SummedTable& table, std::string_view key,
                            std::string_view what) const {
  return connection_.Damaged(fmt::format("table {}, row \"{}\": {}", table.name, Shown(key), what));
}

}  // namespace firn::catalog

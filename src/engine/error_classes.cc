#include "engine/error_classes.h"

#include <array>
#include <charconv>
#include <optional>

#include <nlohmann/json.hpp>

namespace firn::engine {
namespace {

using Code = ErrorCode;

constexpr std::array kClasses = {
    ErrorClass{0, "Invalid", Code::kInternal, "XX000"},
    ErrorClass{1, "Out of Range", Code::kInvalidInput, "22003"},
    ErrorClass{2, "Conversion", Code::kInvalidInput, "22P02"},
    ErrorClass{3, "Unknown Type", Code::kInternal, "XX000"},
    ErrorClass{4, "Decimal", Code::kInvalidInput, "22003"},
    ErrorClass{5, "Mismatch Type", Code::kInvalidInput, "42804"},
    ErrorClass{6, "Divide by Zero", Code::kInvalidInput, "22012"},
    ErrorClass{7, "Object Size", Code::kInvalidInput, "54000"},
    ErrorClass{8, "Invalid type", Code::kInternal, "XX000"},
    ErrorClass{9, "Serialization", Code::kInternal, "XX000"},
    ErrorClass{10, "TransactionContext", Code::kConflict, "40001"},
    ErrorClass{11, "Not implemented", Code::kUnsupported, "0A000"},
    ErrorClass{12, "Expression", Code::kInvalidInput, "42000"},
    ErrorClass{13, "Catalog", Code::kNotFound, "42704"},
    ErrorClass{14, "Parser", Code::kInvalidInput, "42601"},
    ErrorClass{15, "Planner", Code::kInternal, "XX000"},
    ErrorClass{16, "Scheduler", Code::kInternal, "XX000"},
    ErrorClass{17, "Executor", Code::kInternal, "XX000"},
    ErrorClass{18, "Constraint", Code::kInvalidInput, "23000"},
    ErrorClass{19, "Index", Code::kInternal, "XX000"},
    ErrorClass{20, "Stat", Code::kInternal, "XX000"},
    ErrorClass{21, "Connection", Code::kInternal, "08000"},
    ErrorClass{22, "Syntax", Code::kInvalidInput, "42601"},
    ErrorClass{23, "Settings", Code::kInvalidInput, "22023"},
    ErrorClass{24, "Binder", Code::kInvalidInput, "42000"},
    ErrorClass{25, "Network", Code::kIo, "58030"},
    ErrorClass{26, "Optimizer", Code::kInternal, "XX000"},
    ErrorClass{27, "NullPointer", Code::kInternal, "XX000"},
    ErrorClass{28, "IO", Code::kIo, "58030"},
    ErrorClass{29, "INTERRUPT", Code::kCancelled, "57014"},
    ErrorClass{30, "FATAL", Code::kInternal, "XX000"},
    ErrorClass{31, "INTERNAL", Code::kInternal, "XX000"},
    ErrorClass{32, "Invalid Input", Code::kInvalidInput, "22023"},
    ErrorClass{33, "Out of Memory", Code::kOverloaded, "53200"},
    ErrorClass{34, "Permission", Code::kDenied, "42501"},
    ErrorClass{35, "Parameter Not Resolved", Code::kInvalidInput, "42P18"},
    ErrorClass{36, "Parameter Not Allowed", Code::kInvalidInput, "42P18"},
    ErrorClass{37, "Dependency", Code::kConflict, "2BP01"},
    ErrorClass{38, "HTTP", Code::kIo, "58030"},
    ErrorClass{39, "Missing Extension", Code::kUnsupported, "0A000"},
    ErrorClass{40, "Extension Autoloading", Code::kUnsupported, "0A000"},
    ErrorClass{41, "Sequence", Code::kInvalidInput, "2200H"},
    ErrorClass{42, "Invalid Configuration", Code::kInvalidInput, "22023"},
};

// A message that starts or goes on like this means something more exact than its class. Where
// `say` is empty DuckDB's own words stay.
struct Phrase {
  std::string_view class_name;
  std::string_view contains;
  Code code;
  std::string_view sqlstate;
  std::string_view say;
  std::string_view hint = {};
};
constexpr std::array kPhrases = {
    Phrase{"INTERRUPT", "", Code::kCancelled, "57014", "canceling statement due to user request"},
    Phrase{"Divide by Zero", "", Code::kInvalidInput, "22012", "division by zero"},
    Phrase{"Constraint", "NOT NULL", Code::kInvalidInput, "23502", ""},
    Phrase{"Constraint", "CHECK", Code::kInvalidInput, "23514", ""},
    Phrase{"Constraint", "uplicate key", Code::kAlreadyExists, "23505", ""},
    Phrase{"Constraint", "foreign key", Code::kInvalidInput, "23503", ""},
    Phrase{"Out of Range", "logarithm", Code::kInvalidInput, "2201E", ""},
    Phrase{"Out of Range", "square root", Code::kInvalidInput, "2201F", ""},
    Phrase{"Out of Range", "HUGEINT", Code::kInvalidInput, "22003", "numeric field overflow"},
    Phrase{"Out of Range", "INT128", Code::kInvalidInput, "22003", "numeric field overflow"},
    Phrase{"Out of Range", "DECIMAL", Code::kInvalidInput, "22003", "numeric field overflow"},
    Phrase{"Out of Range", "INT64", Code::kInvalidInput, "22003", "bigint out of range"},
    Phrase{"Out of Range", "INT32", Code::kInvalidInput, "22003", "integer out of range"},
    Phrase{"Out of Range", "INT16", Code::kInvalidInput, "22003", "smallint out of range"},
    Phrase{"Out of Range", "Date", Code::kInvalidInput, "22008", "date out of range"},
    Phrase{"Out of Range", "Timestamp", Code::kInvalidInput, "22008", "timestamp out of range"},
    Phrase{"Out of Range", "nterval", Code::kInvalidInput, "22008", "interval out of range"},
    Phrase{"Out of Range", "date", Code::kInvalidInput, "22008", ""},
    Phrase{"Out of Range", "timestamp", Code::kInvalidInput, "22008", ""},
    Phrase{"Syntax", "must not end with escape", Code::kInvalidInput, "22025",
           "LIKE pattern must not end with escape character"},
    Phrase{"Syntax", "nvalid escape string", Code::kInvalidInput, "22025", "invalid escape string"},
    Phrase{"Conversion", "Error while reading file", Code::kCorrupt, "XX001", ""},
    Phrase{"Invalid Input", "Error while reading file", Code::kCorrupt, "XX001", ""},
    Phrase{"Conversion", "not in timestamp range", Code::kInvalidInput, "22008",
           "timestamp out of range"},
    Phrase{"Conversion", "to type DECIMAL(", Code::kInvalidInput, "22003",
           "numeric field overflow"},
    Phrase{"Conversion", "to type INT16", Code::kInvalidInput, "22003", "smallint out of range"},
    Phrase{"Conversion", "to type INT32", Code::kInvalidInput, "22003", "integer out of range"},
    Phrase{"Conversion", "to type INT64", Code::kInvalidInput, "22003", "bigint out of range"},
    Phrase{"Conversion", "can't be cast to the destination type INT64", Code::kInvalidInput,
           "22008", "date out of range for timestamp"},
    Phrase{"Conversion", "Unimplemented type for cast", Code::kInvalidInput, "42846", ""},
    Phrase{"Conversion", "Malformed JSON", Code::kInvalidInput, "22P02", ""},
    Phrase{"Conversion", "field value out of range", Code::kInvalidInput, "22008", ""},
    Phrase{"Conversion", "Date out of range", Code::kInvalidInput, "22008", ""},
    Phrase{"Conversion", "invalid timestamp", Code::kInvalidInput, "22007", ""},
    Phrase{"Conversion", "invalid date", Code::kInvalidInput, "22007", ""},
    Phrase{"Conversion", "Could not cast value", Code::kInvalidInput, "22003",
           "numeric field overflow"},
    Phrase{"Conversion", "value is out of range", Code::kInvalidInput, "22003", ""},
    Phrase{"Conversion", "UTF8", Code::kInvalidInput, "22021", ""},
    Phrase{"Invalid Input", "More than one row returned by a subquery", Code::kInvalidInput,
           "21000", "more than one row returned by a subquery used as an expression"},
    Phrase{"Invalid Input", "nfinite timestamp", Code::kInvalidInput, "22008", ""},
    Phrase{"Invalid Input", "unicode", Code::kInvalidInput, "22021", ""},
    Phrase{"Invalid Input", "multiple statements", Code::kInvalidInput, "42601",
           "cannot insert multiple commands into a prepared statement"},
    Phrase{"Invalid Input", "parameters, but none were supplied", Code::kInvalidInput, "08P01", ""},
    Phrase{"Invalid Input", "according to format", Code::kInvalidInput, "22007", ""},
    Phrase{"Invalid Input", "Malformed JSON", Code::kInvalidInput, "22P02", ""},
    Phrase{"Invalid Input", "Values were not provided", Code::kInvalidInput, "08P01", ""},
    Phrase{"Invalid Input", "regular expression", Code::kInvalidInput, "2201B", ""},
    Phrase{"Invalid Input", "invalid character class", Code::kInvalidInput, "2201B",
           "invalid regular expression: invalid character range"},
    Phrase{"Binder", "GROUPING statement", Code::kInvalidInput, "42803",
           "arguments to GROUPING must be grouping expressions of the associated query level"},
    Phrase{"Binder", "for a LATERAL reference", Code::kInvalidInput, "42P10",
           "the combining JOIN type must be INNER or LEFT for a LATERAL reference"},
    Phrase{"Binder", "must appear in the argument list", Code::kInvalidInput, "42P10",
           "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"},
    Phrase{"Binder", "mbiguous reference to column", Code::kInvalidInput, "42702", ""},
    Phrase{"Binder", "does not exist on", Code::kNotFound, "42703", ""},
    Phrase{"Binder", "cannot be negative", Code::kInvalidInput, "2201W", ""},
    Phrase{"Binder", "uplicate alias", Code::kInvalidInput, "42712", ""},
    Phrase{"Binder", "mbiguous reference to table", Code::kInvalidInput, "42P09", ""},
    Phrase{"Binder", "must appear in the GROUP BY", Code::kInvalidInput, "42803", ""},
    Phrase{"Binder", "aggregate", Code::kInvalidInput, "42803", ""},
    Phrase{"Binder", "indow function", Code::kInvalidInput, "42P20", ""},
    Phrase{"Binder", "WINDOW", Code::kInvalidInput, "42P20", ""},
    Phrase{"Binder", "term out of range", Code::kInvalidInput, "42P10", ""},
    Phrase{"Binder", "Could not choose a best candidate", Code::kInvalidInput, "42725", ""},
    Phrase{"Binder", "Cannot compare values of type", Code::kInvalidInput, "42883", ""},
    Phrase{"Binder", "Cannot mix values of type", Code::kInvalidInput, "42804", ""},
    Phrase{"Binder", "Set operations can only apply", Code::kInvalidInput, "42601", ""},
    Phrase{"Binder", "firn_scan: ", Code::kInternal, "XX000", ""},
    Phrase{"Catalog", "Table with name", Code::kNotFound, "42P01", ""},
    Phrase{"IO", "No files found that match", Code::kIo, "58P01", "",
           "A data file of the lake is gone: put it back, from the archive or a backup."},
    Phrase{"Invalid Input", "too small to be a Parquet file", Code::kCorrupt, "XX001", "",
           "A data file of the lake is damaged: put it back, from the archive or a backup."},
    Phrase{"Invalid Input", "No magic bytes found at end of file", Code::kCorrupt, "XX001", "",
           "A data file of the lake is damaged: put it back, from the archive or a backup."},
    Phrase{"IO", "No space left", Code::kIo, "53100", "", "Make room on the disk."},
    Phrase{"Out of Memory", "max_temp_directory_size", Code::kOverloaded, "53100",
           "the temporary files of queries have reached temp_bytes_max",
           "Raise temp_bytes_max, or sort, join or group fewer rows at a time."},
    Phrase{"Out of Memory", "", Code::kOverloaded, "53200", "",
           "Raise memory_limit, or run fewer such queries at a time."},
    Phrase{"Permission", "disabled by configuration", Code::kDenied, "42501",
           "access to files outside firn's warehouse is not allowed"},
};

constexpr std::string_view kInvalidated = "database has been invalidated";

// The parts of an error in DuckDB's JSON.
struct RawError {
  std::string class_name;
  std::string message;
  std::string subtype;
  std::string type;  // of the missing thing: "Table"
  std::string name;
  std::string call;
  std::string candidates;
  std::optional<size_t> position;  // bytes from 0
};

std::string Text(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<RawError> ParseJson(std::string_view text) {
  const auto begin = text.find('{');
  if (begin == std::string_view::npos) return std::nullopt;
  const auto json = nlohmann::json::parse(text.substr(begin), nullptr, false);
  if (!json.is_object() || !json.contains("exception_type")) return std::nullopt;
  RawError raw{.class_name = Text(json, "exception_type"),
               .message = Text(json, "exception_message"),
               .subtype = Text(json, "error_subtype"),
               .type = Text(json, "type"),
               .name = Text(json, "name"),
               .call = Text(json, "call"),
               .candidates = Text(json, "candidates")};
  const auto position = Text(json, "position");
  size_t bytes = 0;
  const auto [end, error] =
      std::from_chars(position.data(), position.data() + position.size(), bytes);
  if (error == std::errc{}) raw.position = bytes;
  return raw;
}

// "Binder Error: text": errors that did not pass through a connection.
RawError ParsePlain(std::string_view text) {
  constexpr std::string_view kError = " Error: ";
  for (const auto& known : kClasses) {
    if (text.starts_with(known.name) && text.substr(known.name.size()).starts_with(kError)) {
      return {.class_name = std::string(known.name),
              .message = std::string(text.substr(known.name.size() + kError.size()))};
    }
  }
  return {.class_name = "Unknown", .message = std::string(text)};
}

RawError Parse(std::string_view text) {
  auto json = ParseJson(text);
  return json ? std::move(*json) : ParsePlain(text);
}

// Advice about DuckDB's settings, candidates and source lines come after the first line.
std::string FirstLine(std::string_view message) {
  auto line = message.substr(0, message.find('\n'));
  while (!line.empty() && (line.back() == '!' || line.back() == ' ')) line.remove_suffix(1);
  return std::string(line);
}

std::optional<std::string_view> Between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  const auto begin = text.find(before);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + before.size());
  const auto end = text.rfind(after);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

std::string_view PostgresWord(std::string_view word_in) {
  struct Word {
    std::string_view duckdb, postgres;
  };
  constexpr std::array kWords = {
      Word{"INT8", "smallint"},
      Word{"INT16", "smallint"},
      Word{"INT32", "integer"},
      Word{"INT64", "bigint"},
      Word{"INT128", "uuid"},
      Word{"FLOAT", "real"},
      Word{"DOUBLE", "double precision"},
      Word{"BOOL", "boolean"},
      Word{"DECIMAL", "numeric"},
      Word{"UUID", "uuid"},
      Word{"DATE", "date"},
      Word{"TIMESTAMP", "timestamp"},
  };
  for (const auto& word : kWords) {
    if (word_in == word.duckdb) return word.postgres;
  }
  return word_in.starts_with("DECIMAL") ? "numeric" : word_in;
}

std::optional<Error> Raised(const RawError& raw) {
  constexpr std::string_view kPrefix = "firn:";
  constexpr size_t kStateSize = 5;
  const std::string_view message = raw.message;
  if (raw.class_name != "Invalid Input" || !message.starts_with(kPrefix)) return std::nullopt;
  if (message.size() < kPrefix.size() + kStateSize + 1) return std::nullopt;
  const auto state = message.substr(kPrefix.size(), kStateSize);
  const auto text = message.substr(kPrefix.size() + kStateSize + 1);
  const auto end = std::min(text.find(kHintMark), text.size());
  auto error = MakeError(Code::kInvalidInput, "{}", text.substr(0, end)).WithSqlState(state);
  if (end < text.size()) return std::move(error).WithHint(std::string(text.substr(end + 1)));
  return error;
}

std::optional<Error> UnknownColumn(const RawError& raw) {
  if (raw.subtype != "COLUMN_NOT_FOUND" || raw.name.empty()) return std::nullopt;
  auto error =
      MakeError(Code::kNotFound, "column \"{}\" does not exist", raw.name).WithSqlState("42703");
  if (!raw.candidates.empty()) {
    error.hint = fmt::format("Perhaps you meant to reference the column \"{}\".",
                             raw.candidates.substr(0, raw.candidates.find(',')));
  }
  return error;
}

// `Table "t" does not have a column named "x"`, `Referenced table "t" not found!`.
std::optional<Error> UnknownQualifiedName(const RawError& raw) {
  if (raw.class_name != "Binder") return std::nullopt;
  const auto line = FirstLine(raw.message);
  if (const auto table = Between(line, "Referenced table \"", "\" not found")) {
    return MakeError(Code::kNotFound, "missing FROM-clause entry for table \"{}\"", *table)
        .WithSqlState("42P01");
  }
  constexpr std::string_view kMiddle = "\" does not have a column named \"";
  const auto names = Between(line, "\"", "\"");
  const auto middle = names ? names->find(kMiddle) : std::string_view::npos;
  if (middle == std::string_view::npos) return std::nullopt;
  return MakeError(Code::kNotFound, "column {}.{} does not exist", names->substr(0, middle),
                   names->substr(middle + kMiddle.size()))
      .WithSqlState("42703");
}

std::optional<Error> MissingEntry(const RawError& raw) {
  if (raw.subtype == "ENTRY_ALREADY_EXISTS") {
    return MakeError(Code::kAlreadyExists, "{} \"{}\" already exists", raw.type, raw.name)
        .WithSqlState("42P07");
  }
  if (raw.subtype != "MISSING_ENTRY") return std::nullopt;
  if (raw.type == "Table" || raw.type == "View") {
    return MakeError(Code::kNotFound, "relation \"{}\" does not exist", raw.name)
        .WithSqlState("42P01");
  }
  if (raw.type.ends_with("Function")) {
    return MakeError(Code::kNotFound, "function {} does not exist", raw.name).WithSqlState("42883");
  }
  if (raw.type == "Type") {
    return MakeError(Code::kNotFound, "type \"{}\" does not exist", raw.name).WithSqlState("42704");
  }
  return MakeError(Code::kNotFound, "{}", FirstLine(raw.message)).WithSqlState("42704");
}

std::optional<Error> NoMatchingFunction(const RawError& raw) {
  if (raw.subtype != "NO_MATCHING_FUNCTION") return std::nullopt;
  return MakeError(Code::kNotFound, "function {} does not exist",
                   raw.call.empty() ? raw.name : raw.call)
      .WithSqlState("42883")
      .WithHint(
          "No function matches the given name and argument types. You might need to add explicit "
          "type casts.");
}

bool LooksLikeNumber(std::string_view text) {
  bool digits = false;
  for (const char c : text) {
    digits |= c >= '0' && c <= '9';
    if (std::string_view("0123456789+-. ").find(c) == std::string_view::npos) return false;
  }
  return digits;
}

std::optional<Error> BadText(const RawError& raw) {
  if (raw.class_name != "Conversion" || raw.message.starts_with("Error while reading")) {
    return std::nullopt;
  }
  auto value = Between(raw.message, "Could not convert string '", "' to ");
  if (!value) value = Between(raw.message, "Could not convert string \"", "\" to ");
  if (value) {
    const auto to = raw.message.rfind(" to ");
    const auto word = PostgresWord(std::string_view(raw.message).substr(to + 4));
    const bool integer = word.ends_with("int") || word == "integer";
    if (integer && LooksLikeNumber(*value) && value->find('.') == std::string_view::npos) {
      return MakeError(Code::kInvalidInput, "value \"{}\" is out of range for type {}", *value,
                       word)
          .WithSqlState("22003");
    }
    if (word == "numeric" && LooksLikeNumber(*value)) {
      return MakeError(Code::kInvalidInput, "numeric field overflow").WithSqlState("22003");
    }
    return MakeError(Code::kInvalidInput, "invalid input syntax for type {}: \"{}\"", word, *value)
        .WithSqlState("22P02");
  }
  for (const std::string_view kind : {"date", "timestamp"}) {
    value = Between(raw.message, fmt::format("invalid {} field format: \"", kind), "\", expected");
    if (!value) continue;
    return MakeError(Code::kInvalidInput, "invalid input syntax for type {}: \"{}\"", kind, *value)
        .WithSqlState("22007");
  }
  return std::nullopt;
}

std::optional<Error> TooLargeForType(const RawError& raw) {
  constexpr std::string_view kBefore = "out of range for the destination type ";
  const auto at = raw.message.find(kBefore);
  if (raw.class_name != "Conversion" || at == std::string::npos) return std::nullopt;
  const auto rest = std::string_view(raw.message).substr(at + kBefore.size());
  return MakeError(Code::kInvalidInput, "{} out of range",
                   PostgresWord(rest.substr(0, rest.find(' '))))
      .WithSqlState("22003");
}

std::optional<Error> ByPhrase(const RawError& raw) {
  for (const auto& phrase : kPhrases) {
    if (raw.class_name != phrase.class_name) continue;
    if (raw.message.find(phrase.contains) == std::string::npos) continue;
    return MakeError(phrase.code, "{}", phrase.say.empty() ? FirstLine(raw.message) : phrase.say)
        .WithSqlState(phrase.sqlstate)
        .WithHint(std::string(phrase.hint));
  }
  return std::nullopt;
}

// What another statement broke is told apart from what this one did.
std::optional<Error> Fatal(const RawError& raw) {
  if (raw.message.find(kInvalidated) != std::string::npos) return EngineReplacedError();
  if (raw.class_name != "FATAL") return std::nullopt;
  return MakeError(Code::kInternal, "the query engine failed: {}", FirstLine(raw.message))
      .WithSqlState("XX000")
      .WithHint("It has been opened again and no row is harmed. Write the query in another way.");
}

Error ByClass(const RawError& raw) {
  for (const auto& known : kClasses) {
    if (raw.class_name != known.name) continue;
    return MakeError(known.code, "{}", FirstLine(raw.message)).WithSqlState(known.sqlstate);
  }
  return MakeError(Code::kInternal, "{}", FirstLine(raw.message));
}

// From a byte offset to a 1-based character position.
int CharacterPosition(std::string_view sql, size_t bytes) {
  int position = 1;
  for (size_t i = 0; i < std::min(bytes, sql.size()); ++i) {
    if ((static_cast<uint8_t>(sql[i]) & 0xc0) != 0x80) ++position;
  }
  return position;
}

}  // namespace

std::span<const ErrorClass> ErrorClasses() {
  return kClasses;
}

Error ErrorFromDuckDb(std::string_view text, std::string_view sql) {
  const auto raw = Parse(text);
  constexpr std::array kRules = {Raised,        Fatal,
                                 UnknownColumn, UnknownQualifiedName,
                                 MissingEntry,  NoMatchingFunction,
                                 BadText,       TooLargeForType,
                                 ByPhrase};
  std::optional<Error> error;
  for (const auto rule : kRules) {
    error = rule(raw);
    if (error) break;
  }
  if (!error) error = ByClass(raw);
  if (error->SqlState() == "0A000" && error->hint.empty()) {
    error->hint = "Write it in another way: docs/sql.md lists what there is.";
  }
  if (raw.position && !sql.empty()) error->position = CharacterPosition(sql, *raw.position);
  return std::move(*error);
}

bool InvalidatesInstance(std::string_view text) {
  const auto raw = Parse(text);
  return raw.class_name == "FATAL" || raw.message.find(kInvalidated) != std::string::npos;
}

Error EngineReplacedError() {
  return MakeError(Code::kInternal, "the query engine was opened again after another query's error")
      .WithSqlState("XX000")
      .WithRemedy(Remedy::kRetry)
      .WithHint("Run the statement again.");
}

std::string RaiseSql(std::string_view sqlstate, std::string_view message) {
  std::string quoted;
  for (const char c : message) quoted.append(c == '\'' ? 2 : 1, c);
  return fmt::format("error('firn:{}:{}')", sqlstate, quoted);
}

}  // namespace firn::engine

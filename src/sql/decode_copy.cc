#include <algorithm>
#include <set>

#include "sql/constant_internal.h"
#include "sql/decode_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

std::string Upper(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '_', ' ');
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

/// Reads COPY's options as ProcessCopyOptions of Postgres does, with its words.
class OptionReader {
 public:
  OptionReader(const Statement& statement, bool from) : statement_(statement), from_(from) {}

  Result<CopyOptions> Read(const tree::Json& list) {
    for (const auto& item : list) FIRN_RETURN_IF_ERROR(ReadOne(*Open(item).body));
    if (options_.format == CopyFormat::kCsv) {
      if (!said_.contains("delimiter")) options_.delimiter = ',';
      if (!said_.contains("null")) options_.null_text = "";
      if (!said_.contains("escape")) options_.escape = options_.quote;
    }
    FIRN_RETURN_IF_ERROR(CheckTogether());
    return options_;
  }

 private:
  Status ReadOne(const tree::Json& body) {
    const std::string name(Text(body, "defname"));
    const int location = tree::Location(body);
    if (!said_.insert(name).second) {
      return Wrong(statement_, location, "42601", "conflicting or redundant options");
    }
    const auto text = ReadOptionText(statement_, At(body, "arg"), location);
    if (name == "format") return ReadFormat(text.value_or(""), location);
    if (name == "header") return ReadHeader(text, location);
    if (name == "null") return ReadNull(text, location);
    if (name == "delimiter") return ReadByte(name, text, location, options_.delimiter);
    if (name == "quote") return ReadByte(name, text, location, options_.quote);
    if (name == "escape") return ReadByte(name, text, location, options_.escape);
    if (name == "force_quote") {
      options_.force_quote_all = Open(At(body, "arg")).Is("A_Star");
      return ReadColumns(name, body, options_.force_quote);
    }
    if (name == "force_not_null") return ReadColumns(name, body, options_.force_not_null);
    if (name == "force_null") return ReadColumns(name, body, options_.force_null);
    if (name == "encoding") return ReadEncoding(text.value_or(""), location);
    if (name == "freeze") return {};  // every load is "frozen" here
    return Wrong(statement_, location, "42601", "option \"" + name + "\" not recognized");
  }

  Status ReadFormat(const std::string& text, int location) {
    if (text == "text") {
      options_.format = CopyFormat::kText;
    } else if (text == "csv") {
      options_.format = CopyFormat::kCsv;
    } else if (text == "binary") {
      options_.format = CopyFormat::kBinary;
    } else {
      return Wrong(statement_, location, "22023", "COPY format \"" + text + "\" not recognized");
    }
    return {};
  }

  Status ReadHeader(const std::optional<std::string>& text, int location) {
    const auto value = Upper(text.value_or("true"));
    if (value == "TRUE" || value == "ON" || value == "1") {
      options_.header = CopyHeader::kYes;
    } else if (value == "FALSE" || value == "OFF" || value == "0") {
      options_.header = CopyHeader::kNo;
    } else if (value == "MATCH" && from_) {
      options_.header = CopyHeader::kMatch;
    } else if (value == "MATCH") {
      return Wrong(statement_, location, "0A000", "cannot use \"match\" with HEADER in COPY TO");
    } else {
      return Wrong(statement_, location, "42601", "header requires a Boolean value or \"match\"");
    }
    return {};
  }

  Status ReadNull(const std::optional<std::string>& text, int location) {
    if (!text) return Wrong(statement_, location, "42601", "null requires a parameter");
    if (text->find_first_of("\r\n") != std::string::npos) {
      return Wrong(statement_, location, "22023",
                   "COPY null representation cannot use newline or carriage return");
    }
    options_.null_text = *text;
    return {};
  }

  Status ReadByte(const std::string& name, const std::optional<std::string>& text, int location,
                  char& out) {
    if (!text) return Wrong(statement_, location, "42601", name + " requires a parameter");
    if (text->size() != 1) {
      return Wrong(statement_, location, "0A000",
                   "COPY " + name + " must be a single one-byte character");
    }
    out = text->front();
    if (name == "delimiter" && (out == '\r' || out == '\n')) {
      return Wrong(statement_, location, "22023",
                   "COPY delimiter cannot be newline or carriage return");
    }
    return {};
  }

  Status ReadColumns(const std::string& name, const tree::Json& body,
                     std::vector<std::string>& out) {
    const auto arg = Open(At(body, "arg"));
    if (arg.Is("List")) {
      out = tree::Names(List(*arg.body, "items"));
    } else if (!arg.Is("A_Star") || name != "force_quote") {
      return Wrong(statement_, tree::Location(body), "22023",
                   "argument to option \"" + name + "\" must be a list of column names");
    }
    return {};
  }

  Status ReadEncoding(const std::string& text, int location) {
    const auto name = Upper(text);
    if (name == "UTF8" || name == "UTF-8" || name == "UNICODE") return {};
    return Refuse(statement_, location, "encoding \"" + text + "\" is not supported",
                  "Convert the data to UTF8.");
  }

  Status CheckTogether() const {
    const bool csv = options_.format == CopyFormat::kCsv;
    const auto wrong = [&](std::string message, std::string_view state = "0A000") {
      return Wrong(statement_, -1, state, std::move(message));
    };
    if (options_.format == CopyFormat::kBinary) {
      for (const char* name : {"delimiter", "null"}) {
        if (said_.contains(name)) {
          return wrong("cannot specify " + Upper(name) + " in BINARY mode", "42601");
        }
      }
      if (options_.header != CopyHeader::kNo) {
        return wrong("cannot specify HEADER in BINARY mode");
      }
    }
    for (const char* name : {"quote", "escape", "force_quote", "force_not_null", "force_null"}) {
      if (said_.contains(name) && !csv) {
        return wrong("COPY " + Lower(name) + " available only in CSV mode");
      }
    }
    if (said_.contains("force_quote") && from_) {
      return wrong("COPY force quote only available using COPY TO");
    }
    for (const char* name : {"force_not_null", "force_null"}) {
      if (said_.contains(name) && !from_) {
        return wrong("COPY " + Lower(name) + " only available using COPY FROM");
      }
    }
    if (options_.format == CopyFormat::kText &&
        std::string_view("\\.abcdefghijklmnopqrstuvwxyz0123456789").find(options_.delimiter) !=
            std::string_view::npos) {
      return wrong(std::string("COPY delimiter cannot be \"") + options_.delimiter + "\"", "22023");
    }
    if (csv && options_.delimiter == options_.quote) {
      return wrong("COPY delimiter and quote must be different", "22023");
    }
    if (options_.format != CopyFormat::kBinary &&
        options_.null_text.find(options_.delimiter) != std::string::npos) {
      return wrong("COPY delimiter must not appear in the NULL specification", "22023");
    }
    if (csv && options_.null_text.find(options_.quote) != std::string::npos) {
      return wrong("CSV quote character must not appear in the NULL specification", "22023");
    }
    return {};
  }

  static std::string Lower(std::string_view text) {
    std::string out(text);
    std::replace(out.begin(), out.end(), '_', ' ');
    return out;
  }

  const Statement& statement_;
  const bool from_;
  CopyOptions options_;
  std::set<std::string> said_;
};

}  // namespace

Result<Command> DecodeCopy(const Statement& statement, const tree::Json& body) {
  CopyCommand command{.from = Flag(body, "is_from")};
  if (Flag(body, "is_program") || Has(body, "filename")) {
    return Refuse(statement, statement.begin,
                  "COPY with a file or a program on the server is not supported",
                  command.from ? "Use COPY ... FROM STDIN, or \\copy in psql."
                               : "Use COPY ... TO STDOUT, or \\copy in psql.");
  }
  if (Has(body, "whereClause")) {
    return Refuse(statement, tree::FirstLocation(body["whereClause"]),
                  "COPY FROM ... WHERE is not supported",
                  "Load into a table of its own and INSERT ... SELECT from it.");
  }
  if (Has(body, "query")) {
    if (!Open(body["query"]).Is("SelectStmt")) {
      return Refuse(statement, statement.begin, "COPY of this query is not supported",
                    "Use SELECT, VALUES or WITH.");
    }
    command.query = Inner(statement, body["query"]);
  } else {
    FIRN_TRY(command.table, DecodeTableName(statement, At(body, "relation")));
  }
  std::set<std::string> seen;
  for (auto& name : tree::Names(List(body, "attlist"))) {
    if (!seen.insert(name).second) {
      return Wrong(statement, -1, "42701", "column \"" + name + "\" specified more than once");
    }
    command.columns.push_back({.name = std::move(name)});
  }
  OptionReader reader(statement, command.from);
  FIRN_TRY(command.options, reader.Read(List(body, "options")));
  return command;
}

}  // namespace firn::sql

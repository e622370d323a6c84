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

// HEADER, FORMAT csv, FORCE_QUOTE (a, b), NULL 'x': what each means is columnar's.
columnar::CopyOption DecodeOption(const Statement& statement, const tree::Json& body) {
  columnar::CopyOption option{.name = std::string(Text(body, "defname"))};
  const auto arg = Open(At(body, "arg"));
  if (arg.Is("A_Star")) {
    option.value = "*";
  } else if (arg.Is("List")) {
    option.columns = tree::Names(List(*arg.body, "items"));
    for (const auto& name : option.columns)
      option.value += (option.value.empty() ? "" : ",") + name;
  } else {
    option.value = ReadOptionText(statement, At(body, "arg"), tree::Location(body)).value_or("");
  }
  return option;
}

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
    return Refuse(statement, tree::FirstLocation(At(body, "whereClause")),
                  "COPY FROM ... WHERE is not supported",
                  "Load into a table of its own and INSERT ... SELECT from it.");
  }
  if (Has(body, "query")) {
    if (!Open(At(body, "query")).Is("SelectStmt")) {
      return Refuse(statement, statement.begin, "COPY of this query is not supported",
                    "Use SELECT, VALUES or WITH.");
    }
    command.query = Inner(statement, At(body, "query"));
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
  for (const auto& item : List(body, "options")) {
    command.options.push_back(DecodeOption(statement, *Open(item).body));
  }
  return command;
}

}  // namespace firn::sql

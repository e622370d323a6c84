#include <algorithm>
#include <array>

#include "sql/constant_internal.h"
#include "sql/decode_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Flag;
using tree::List;
using tree::Node;
using tree::Open;
using tree::Refuse;
using tree::Text;

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

Result<TransactionModes> DecodeModes(const Statement& statement, const tree::Json& options) {
  TransactionModes modes;
  for (const auto& item : options) {
    const auto option = Open(item);
    const auto name = Text(*option.body, "defname");
    const auto value =
        ReadOptionText(statement, At(*option.body, "arg"), tree::Location(*option.body));
    if (name == "transaction_isolation" && value) modes.isolation = Lower(*value);
    if (name == "transaction_read_only" && value) modes.read_only = *value != "0";
  }
  return modes;
}

Result<Command> DecodeSet(const Statement& statement, const tree::Json& body) {
  const auto kind = Text(body, "kind");
  const auto name = Text(body, "name");
  if (kind == "VAR_RESET_ALL") return ResetAllCommand{};
  if (kind == "VAR_SET_MULTI") {
    if (name == "TRANSACTION SNAPSHOT") {
      return Refuse(statement, statement.begin, "SET TRANSACTION SNAPSHOT is not supported",
                    "Use SET firn.as_of.");
    }
    SetTransactionCommand command{.session = name == "SESSION CHARACTERISTICS"};
    FIRN_TRY(command.modes, DecodeModes(statement, List(body, "args")));
    return command;
  }
  if (kind == "VAR_SET_CURRENT") {
    return Refuse(statement, statement.begin, "SET ... FROM CURRENT is not supported",
                  "Say the value.");
  }
  SetCommand command{.name = Lower(name), .local = Flag(body, "is_local")};
  command.reset = kind == "VAR_RESET";
  if (kind == "VAR_SET_DEFAULT" || kind == "VAR_RESET") return command;
  std::string joined;
  for (const auto& item : List(body, "args")) {
    auto value = ReadOptionText(statement, item, tree::FirstLocation(item));
    if (!value) {
      return Refuse(statement, tree::FirstLocation(item),
                    "this form of value is not supported for SET", "Use a quoted text.");
    }
    joined += (joined.empty() ? "" : ", ") + *value;
  }
  command.value = std::move(joined);
  return command;
}

struct Refusal {
  std::string_view node;
  std::string_view what;
  std::string_view hint;
};
constexpr std::array kRefusals = {
    Refusal{"UpdateStmt", "UPDATE", "Tables are append-only in this release: INSERT new rows."},
    Refusal{"DeleteStmt", "DELETE", "Tables are append-only in this release: INSERT new rows."},
    Refusal{"MergeStmt", "MERGE", "Tables are append-only in this release: INSERT new rows."},
    Refusal{"AlterSystemStmt", "ALTER SYSTEM", "Put the setting in firn.toml."},
    Refusal{"CreateTableAsStmt", "CREATE MATERIALIZED VIEW", "Use CREATE TABLE AS."},
    Refusal{"RefreshMatViewStmt", "REFRESH MATERIALIZED VIEW", "Use CREATE TABLE AS."},
    Refusal{"CreateFunctionStmt", "CREATE FUNCTION", "Write the expression in the query."},
    Refusal{"CreateTrigStmt", "CREATE TRIGGER", "firn has no triggers."},
    Refusal{"CreatedbStmt", "CREATE DATABASE", "Use the database main."},
    Refusal{"DropdbStmt", "DROP DATABASE", "Use the database main."},
    Refusal{"CreateTableSpaceStmt", "CREATE TABLESPACE", "Tables live in the warehouse folder."},
    Refusal{"CreateSubscriptionStmt", "CREATE SUBSCRIPTION", "Load with COPY or INSERT."},
    Refusal{"CreatePublicationStmt", "CREATE PUBLICATION", "Readers use the Iceberg tables."},
    Refusal{"ListenStmt", "LISTEN", "Poll firn.lsn for changes."},
    Refusal{"UnlistenStmt", "UNLISTEN", "There is nothing to stop listening to."},
    Refusal{"NotifyStmt", "NOTIFY", "Readers can poll firn.lsn."},
    Refusal{"DoStmt", "DO", "Send the statements one by one."},
    Refusal{"LoadStmt", "LOAD", "firn loads no libraries."},
};

Result<Command> DecodeLock(const Statement& statement, const tree::Json& body) {
  constexpr int kAccessShare = 1;
  if (tree::Number(body, "mode") != kAccessShare) {
    return Refuse(statement, statement.begin, "LOCK TABLE in this mode is not supported",
                  "Readers and writers never block each other; ACCESS SHARE is there.");
  }
  LockCommand command;
  for (const auto& item : List(body, "relations")) {
    FIRN_TRY(auto table, DecodeTableName(statement, *Open(item).body));
    command.tables.push_back(std::move(table));
  }
  return command;
}

}  // namespace

Failure RefuseStatement(const Statement& statement, const Node& node) {
  for (const auto& known : kRefusals) {
    if (known.node == node.kind) {
      return Refuse(statement, statement.begin, std::string(known.what) + " is not supported",
                    std::string(known.hint));
    }
  }
  return Refuse(statement, statement.begin,
                "this statement is not supported: " + std::string(node.kind),
                "docs/sql.md lists what there is.");
}

Result<Command> DecodeTransaction(const Statement& statement, const tree::Json& body) {
  using Kind = TransactionCommand::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 7> kKinds = {{
      {"TRANS_STMT_BEGIN", Kind::kBegin},
      {"TRANS_STMT_START", Kind::kBegin},
      {"TRANS_STMT_COMMIT", Kind::kCommit},
      {"TRANS_STMT_ROLLBACK", Kind::kRollback},
      {"TRANS_STMT_SAVEPOINT", Kind::kSavepoint},
      {"TRANS_STMT_RELEASE", Kind::kRelease},
      {"TRANS_STMT_ROLLBACK_TO", Kind::kRollbackTo},
  }};
  const auto said = Text(body, "kind");
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const auto& known) { return known.first == said; });
  if (found == kKinds.end()) {
    return Refuse(statement, statement.begin, "two-phase commit is not supported", "Use COMMIT.");
  }
  TransactionCommand command{.kind = found->second,
                             .savepoint = std::string(Text(body, "savepoint_name"))};
  command.chain = Flag(body, "chain");
  command.start = said == "TRANS_STMT_START";
  FIRN_TRY(command.modes, DecodeModes(statement, List(body, "options")));
  return command;
}

Result<Command> DecodeSession(const Statement& statement, const Node& node) {
  const auto& body = *node.body;
  if (node.Is("LockStmt")) return DecodeLock(statement, body);
  if (node.Is("VariableSetStmt")) return DecodeSet(statement, body);
  if (node.Is("VariableShowStmt")) return ShowCommand{.name = Lower(Text(body, "name"))};
  if (node.Is("DiscardStmt")) {
    const auto target = Text(body, "target");
    DiscardCommand command{.all = target == "DISCARD_ALL"};
    if (target.starts_with("DISCARD_")) command.what = target.substr(8);
    return command;
  }
  if (node.Is("ConstraintsSetStmt")) {
    SetConstraintsCommand command;
    for (const auto& item : List(body, "constraints")) {
      FIRN_TRY(auto name, DecodeTableName(statement, *Open(item).body));
      command.names.push_back(std::move(name));
    }
    return command;
  }
  if (node.Is("DeallocateStmt")) return DeallocateCommand{.name = std::string(Text(body, "name"))};
  return RefuseStatement(statement, node);
}

}  // namespace firn::sql

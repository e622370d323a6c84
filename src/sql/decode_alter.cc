#include <algorithm>
#include <array>

#include "sql/constant_internal.h"
#include "sql/decode_ddl_internal.h"

namespace firn::sql {
namespace {

using catalog::ColumnSequence;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Refuse;
using tree::Text;

/// The leftmost location in an expression.
int Leftmost(const tree::Json& node) {
  int least = -1;
  const auto take = [&least](int location) {
    if (location >= 0 && (least < 0 || location < least)) least = location;
  };
  if (node.is_object()) {
    if (node.contains("location")) take(tree::Number(node, "location", -1));
    for (const auto& [name, child] : node.items()) take(Leftmost(child));
  } else if (node.is_array()) {
    for (const auto& child : node) take(Leftmost(child));
  }
  return least;
}

struct Action {
  const Statement& statement;
  const ClauseText& text;
  const tree::Json& body;
  std::string_view table;

  std::string name() const { return std::string(Text(body, "name")); }
  bool missing_ok() const { return Flag(body, "missing_ok"); }
  bool cascade() const { return Text(body, "behavior") == "DROP_CASCADE"; }
  const tree::Json& def() const { return *Open(At(body, "def")).body; }
};

using Decoded = Result<TableAction>;

Decoded Add(const Action& action) {
  FIRN_TRY(auto spec, DecodeColumn(action.statement, action.text, action.def(), action.table));
  return TableAction(
      sql::AddColumn{.column = std::move(spec), .if_not_exists = action.missing_ok()});
}
Decoded Drop(const Action& action) {
  return TableAction(sql::DropColumn{action.name(), action.missing_ok(), action.cascade()});
}
Decoded Type(const Action& action) {
  const auto& def = action.def();
  sql::AlterColumnType change{.name = action.name(), .has_using = Has(def, "raw_default")};
  FIRN_TRY(change.type, DecodeTypeName(action.statement, At(def, "typeName")));
  return TableAction(std::move(change));
}
Decoded Default(const Action& action) {
  SetColumnDefault change{.name = action.name()};
  if (Has(action.body, "def")) {
    FIRN_RETURN_IF_ERROR(
        CheckRowExpression(action.statement, At(action.body, "def"), "DEFAULT expression"));
    change.default_sql = action.text.DefaultBefore(Leftmost(At(action.body, "def")));
  }
  return TableAction(std::move(change));
}
Decoded SetNotNull(const Action& action) {
  return TableAction(SetColumnNotNull{action.name(), true});
}
Decoded DropNotNull(const Action& action) {
  return TableAction(SetColumnNotNull{action.name(), false});
}
Decoded Constrain(const Action& action) {
  FIRN_TRY(auto spec, DecodeConstraint(action.statement, action.text, action.def(), ""));
  return TableAction(AddConstraint{std::move(spec)});
}
Decoded Unconstrain(const Action& action) {
  return TableAction(sql::DropConstraint{action.name(), action.missing_ok(), action.cascade()});
}
Decoded SetOptions(const Action& action) {
  SetTableOptions change;
  FIRN_TRY(change.options,
           DecodeTableOptions(action.statement, List(*Open(At(action.body, "def")).body, "items")));
  return TableAction(std::move(change));
}
Decoded ResetOptions(const Action& action) {
  SetTableOptions change;
  for (const auto& item : List(*Open(At(action.body, "def")).body, "items")) {
    change.reset.emplace_back(Text(*Open(item).body, "defname"));
  }
  return TableAction(std::move(change));
}
ColumnSequence::Form FormOf(std::string_view when) {
  return when == "a" ? ColumnSequence::Form::kAlways : ColumnSequence::Form::kByDefault;
}
Decoded MakeIdentity(const Action& action) {
  const auto& def = action.def();
  sql::AddIdentity change{.name = action.name()};
  change.generated.form = FormOf(Text(def, "generated_when"));
  FIRN_TRY(change.generated.options, DecodeSequenceOptions(action.statement, List(def, "options")));
  return TableAction(std::move(change));
}
Decoded EndIdentity(const Action& action) {
  return TableAction(sql::DropIdentity{action.name(), action.missing_ok()});
}
Decoded ChangeIdentity(const Action& action) {
  sql::AlterIdentity change{.name = action.name()};
  auto rest = tree::Json::array();
  for (const auto& item : List(*Open(At(action.body, "def")).body, "items")) {
    const auto& option = *Open(item).body;
    if (Text(option, "defname") != "generated") {
      rest.push_back(item);
      continue;
    }
    const auto code = tree::Number(*Open(At(option, "arg")).body, "ival");
    change.form = code == 'a' ? ColumnSequence::Form::kAlways : ColumnSequence::Form::kByDefault;
  }
  FIRN_TRY(change.options, DecodeSequenceOptions(action.statement, rest));
  return TableAction(std::move(change));
}

struct Known {
  std::string_view subtype;
  Decoded (*decode)(const Action&);
};
constexpr std::array kKnown = {
    Known{"AT_AddColumn", Add},
    Known{"AT_DropColumn", Drop},
    Known{"AT_AlterColumnType", Type},
    Known{"AT_ColumnDefault", Default},
    Known{"AT_SetNotNull", SetNotNull},
    Known{"AT_DropNotNull", DropNotNull},
    Known{"AT_AddConstraint", Constrain},
    Known{"AT_DropConstraint", Unconstrain},
    Known{"AT_SetRelOptions", SetOptions},
    Known{"AT_ResetRelOptions", ResetOptions},
    Known{"AT_AddIdentity", MakeIdentity},
    Known{"AT_DropIdentity", EndIdentity},
    Known{"AT_SetIdentity", ChangeIdentity},
};

}  // namespace

Result<Command> DecodeAlterTable(const Statement& statement, const tree::Json& body) {
  const auto& actions = List(body, "cmds");
  if (actions.size() == 1 && Text(*Open(actions.front()).body, "subtype") == "AT_ChangeOwner") {
    return DecodeRelationOwner(statement, body);
  }
  if (Text(body, "objtype") != "OBJECT_TABLE") {
    return Refuse(statement, statement.begin, "this ALTER is not supported",
                  "ALTER TABLE works on tables; views and sequences are renamed with "
                  "ALTER VIEW and ALTER SEQUENCE.");
  }
  AlterTableCommand command{.if_exists = Flag(body, "missing_ok")};
  FIRN_TRY(command.table, DecodeTableName(statement, At(body, "relation")));
  FIRN_TRY(const auto text, ClauseText::Of(statement));
  for (const auto& item : List(body, "cmds")) {
    const auto& one = *Open(item).body;
    const auto subtype = Text(one, "subtype");
    const auto* known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& candidate) {
      return candidate.subtype == subtype;
    });
    if (known == kKnown.end()) {
      return Refuse(statement, tree::Location(At(body, "relation")),
                    "this form of ALTER TABLE is not supported: " + std::string(subtype.substr(3)),
                    "docs/sql.md lists what ALTER TABLE does.");
    }
    FIRN_TRY(auto action, known->decode({statement, text, one, command.table.name}));
    command.actions.push_back(std::move(action));
  }
  return DdlCommand{"ALTER TABLE", std::move(command)};
}

}  // namespace firn::sql

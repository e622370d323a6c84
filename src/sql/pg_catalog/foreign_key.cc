#include "sql/pg_catalog/foreign_key.h"

#include <algorithm>

#include "sql/ident.h"
#include "sql/parse.h"
#include "sql/pg_catalog/definitions.h"
#include "sql/tree_internal.h"

namespace firn::sql::pg_catalog {
namespace {

char ActionOf(std::string_view text) {
  return text.empty() ? 'a' : text.front();
}

std::string_view ActionName(char action) {
  switch (action) {
    case 'c':
      return "CASCADE";
    case 'n':
      return "SET NULL";
    case 'd':
      return "SET DEFAULT";
    case 'r':
      return "RESTRICT";
    default:
      return "";
  }
}

}  // namespace

std::optional<ForeignKey> ReadForeignKey(const std::string& expression) {
  const auto parsed = Parse("ALTER TABLE t ADD FOREIGN KEY (c) " + expression);
  if (!parsed || parsed->size() != 1) return std::nullopt;
  const auto& commands = tree::List(parsed->front().node(), "cmds");
  if (commands.empty()) return std::nullopt;
  const auto constraint = tree::Open(tree::At(*tree::Open(commands.front()).body, "def"));
  if (!constraint.Is("Constraint")) return std::nullopt;
  const auto& body = *constraint.body;
  const auto& target = tree::At(body, "pktable");
  ForeignKey key;
  key.table = {.schema = std::string(tree::Text(target, "schemaname")),
               .name = std::string(tree::Text(target, "relname"))};
  key.columns = tree::Names(tree::List(body, "pk_attrs"));
  key.on_update = ActionOf(tree::Text(body, "fk_upd_action"));
  key.on_delete = ActionOf(tree::Text(body, "fk_del_action"));
  key.deferrable = tree::Flag(body, "deferrable");
  key.deferred = tree::Flag(body, "initdeferred");
  return key;
}

const Class* TargetOf(const Facts& facts, const ForeignKey& key) {
  return facts.FindClass(key.table.schema, key.table.name);
}

std::vector<int> TargetColumns(const Facts& facts, const ForeignKey& key, const Class& target) {
  std::vector<int> numbers;
  for (const auto& name : key.columns) {
    for (const auto& attribute : target.attributes) {
      if (attribute.name == name) numbers.push_back(attribute.number);
    }
  }
  if (!key.columns.empty()) return numbers;
  for (const auto& constraint : facts.constraints()) {
    if (constraint.of != &target) continue;
    if (constraint.says->kind == catalog::Constraint::Kind::kPrimaryKey) return constraint.columns;
  }
  return numbers;
}

std::string ReferencesText(const Facts& facts, const ForeignKey& key) {
  const auto* target = TargetOf(facts, key);
  std::string text = "REFERENCES ";
  if (target != nullptr) {
    text += ClassName(facts, *target);
  } else {
    if (!key.table.schema.empty()) text += DisplayIdentifier(key.table.schema) + ".";
    text += DisplayIdentifier(key.table.name);
  }
  std::string columns;
  const auto add = [&columns](const std::string& name) {
    columns += (columns.empty() ? "" : ", ") + DisplayIdentifier(name);
  };
  for (const auto& name : key.columns) add(name);
  if (key.columns.empty() && target != nullptr) {
    for (const int number : TargetColumns(facts, key, *target)) {
      for (const auto& attribute : target->attributes) {
        if (attribute.number == number) add(attribute.name);
      }
    }
  }
  if (!columns.empty()) text += "(" + columns + ")";
  if (const auto action = ActionName(key.on_update); !action.empty()) {
    text += " ON UPDATE " + std::string(action);
  }
  if (const auto action = ActionName(key.on_delete); !action.empty()) {
    text += " ON DELETE " + std::string(action);
  }
  if (key.deferrable || key.deferred) text += " DEFERRABLE";
  if (key.deferred) text += " INITIALLY DEFERRED";
  return text;
}

}  // namespace firn::sql::pg_catalog

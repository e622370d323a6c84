#include "sql/scope_internal.h"

#include <algorithm>
#include <array>

#include "sql/ident.h"
#include "sql/tree_internal.h"

namespace firn::sql {
namespace {

const Relation* FindIn(const Scope& scope, const std::vector<std::string>& names) {
  const auto& alias = names.back();
  for (const auto& relation : scope.relations) {
    if (relation.alias != alias) continue;
    if (names.size() == 1 || relation.schema == names.front()) return &relation;
  }
  return nullptr;
}

Failure NoColumn(const Statement& statement, int location, const std::string& shown) {
  constexpr std::array<std::string_view, 6> kSystem = {"ctid", "xmin", "xmax",
                                                       "cmin", "cmax", "tableoid"};
  const auto name = std::string_view(shown).substr(shown.rfind('.') + 1);
  for (const auto system : kSystem) {
    if (name != system && name != "\"" + std::string(system) + "\"") continue;
    return tree::Refuse(statement, location,
                        "the system column " + std::string(system) + " is not supported",
                        "Rows have no place or transaction of their own: name the table's key, "
                        "or __lsn.");
  }
  return tree::Wrong(statement, location, "42703", "column " + shown + " does not exist");
}

Result<VisibleColumn> FindQualified(const Scope* scope, const Statement& statement, int location,
                                    const std::vector<std::string>& names) {
  const std::vector<std::string> of(names.begin(), names.end() - 1);
  const auto* relation = FindRelation(scope, of);
  if (relation == nullptr) {
    return tree::Wrong(statement, location, "42P01",
                       "missing FROM-clause entry for table \"" + of.back() + "\"");
  }
  const VisibleColumn* found = nullptr;
  for (const auto& column : relation->columns) {
    if (column.name != names.back()) continue;
    if (found != nullptr) {
      return tree::Wrong(statement, location, "42702",
                         "column reference \"" + names.back() + "\" is ambiguous");
    }
    found = &column;
  }
  if (found == nullptr) return NoColumn(statement, location, of.back() + "." + names.back());
  FIRN_RETURN_IF_ERROR(CheckReadable(*found, statement, location));
  auto column = *found;
  column.outer = FindIn(*scope, of) == nullptr;
  return column;
}

}  // namespace

Status CheckReadable(const VisibleColumn& column, const Statement& statement, int /*location*/) {
  if (column.denied.empty()) return {};
  return tree::Wrong(statement, -1, "42501", "permission denied for table " + column.denied);
}

Status Scope::Add(Scope&& other, const Statement& statement, int location) {
  for (auto& relation : other.relations) {
    if (!relation.alias.empty() && FindIn(*this, {relation.alias}) != nullptr) {
      const bool both_tables = !relation.schema.empty();
      const auto* mine = FindIn(*this, {relation.alias});
      if (!both_tables || mine->schema.empty() || mine->schema == relation.schema) {
        return tree::Wrong(statement, location, "42712",
                           "table name \"" + relation.alias + "\" specified more than once");
      }
    }
    relations.push_back(std::move(relation));
  }
  std::move(other.columns.begin(), other.columns.end(), std::back_inserter(columns));
  return {};
}

const CommonTable* CommonTables::Find(std::string_view name) const {
  for (const auto* level = this; level != nullptr; level = level->outer) {
    const auto found = level->tables.find(name);
    if (found != level->tables.end()) return &found->second;
  }
  return nullptr;
}

const Relation* FindRelation(const Scope* scope, const std::vector<std::string>& names) {
  for (; scope != nullptr; scope = scope->outer) {
    if (const auto* relation = FindIn(*scope, names)) return relation;
  }
  return nullptr;
}

Result<VisibleColumn> FindColumn(const Scope* scope, const Statement& statement, int location,
                                 const std::vector<std::string>& names) {
  constexpr size_t kSchemaTableColumn = 3;
  if (names.size() > kSchemaTableColumn) {
    return tree::Refuse(statement, location, "cross-database references are not implemented",
                        "Connect to that database instead.");
  }
  if (names.size() > 1) return FindQualified(scope, statement, location, names);
  const auto& name = names.front();
  for (const auto* level = scope; level != nullptr; level = level->outer) {
    const VisibleColumn* found = nullptr;
    for (const auto& column : level->columns) {
      if (column.name != name) continue;
      if (found != nullptr) {
        return tree::Wrong(statement, location, "42702",
                           "column reference \"" + name + "\" is ambiguous");
      }
      found = &column;
    }
    if (found != nullptr) {
      FIRN_RETURN_IF_ERROR(CheckReadable(*found, statement, location));
      auto column = *found;
      column.outer = level != scope;
      return column;
    }
  }
  if (const auto* relation = FindRelation(scope, names)) {
    if (relation->scalar) {
      auto column = relation->columns.front();
      column.outer = FindIn(*scope, names) == nullptr;
      return column;
    }
    return tree::Refuse(
        statement, location, "a whole row as a value is not supported: \"" + name + "\"",
        "Name the columns, or use " + DisplayIdentifier(name) + ".* in the select list.");
  }
  return NoColumn(statement, location, "\"" + name + "\"");
}

}  // namespace firn::sql

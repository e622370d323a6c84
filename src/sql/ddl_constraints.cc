#include <algorithm>

#include "catalog/objects/sequence.h"
#include "sql/check_constraints.h"
#include "sql/constant_internal.h"
#include "sql/ddl_internal.h"
#include "sql/ident.h"
#include "sql/insert.h"
#include "sql/pg_catalog/foreign_key.h"
#include "sql/query.h"
#include "sql/relations.h"
#include "sql/tree_internal.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using catalog::Constraint;
using Kind = Constraint::Kind;

constexpr size_t kNameBytes = 63;  // NAMEDATALEN - 1

bool NameIsTaken(const SessionContext& session, const catalog::TableDefinition& table, Kind kind,
                 const std::string& name) {
  if (table.FindConstraint(name) != nullptr) return true;
  // A key's name is its index's, which is a relation.
  if (kind != Kind::kPrimaryKey && kind != Kind::kUnique) return false;
  return static_cast<bool>(FindRelation(session, {.schema = table.schema, .name = name}));
}

std::string ChooseName(const SessionContext& session, const catalog::TableDefinition& table,
                       const Constraint& constraint) {
  std::string columns;
  const auto column_name = [&](FieldId id) {
    return table.columns.columns[static_cast<size_t>(table.IndexOf(id))].name;
  };
  std::string_view label = "check";
  if (constraint.kind == Kind::kPrimaryKey) {
    label = "pkey";
  } else if (constraint.kind == Kind::kCheck) {
    if (constraint.columns.size() == 1) columns = column_name(constraint.columns[0]);
  } else {
    label = constraint.kind == Kind::kUnique ? "key" : "fkey";
    for (const auto id : constraint.columns) {
      columns += (columns.empty() ? "" : "_") + column_name(id);
    }
  }
  for (int pass = 0;; ++pass) {
    const auto numbered = std::string(label) + (pass == 0 ? "" : std::to_string(pass));
    auto name = ObjectName(table.name, columns, numbered);
    if (!NameIsTaken(session, table, constraint.kind, name)) return name;
  }
}

Result<std::vector<FieldId>> KeyIds(const ConstraintSpec& spec,
                                    const catalog::TableDefinition& table) {
  std::vector<FieldId> ids;
  for (const auto& name : spec.columns) {
    const int index = table.columns.Find(name);
    if (index < 0) {
      auto error =
          spec.kind == Kind::kForeignKey
              ? MakeError(ErrorCode::kNotFound,
                          "column \"{}\" referenced in foreign key constraint does not exist", name)
              : MakeError(ErrorCode::kNotFound, "column \"{}\" named in key does not exist", name);
      return Fail(std::move(error).WithSqlState("42703").WithPosition(spec.position));
    }
    const auto id = table.columns.columns[static_cast<size_t>(index)].id;
    if (spec.kind != Kind::kForeignKey && std::find(ids.begin(), ids.end(), id) != ids.end()) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "column \"{}\" appears twice in {} constraint", name,
                            spec.kind == Kind::kPrimaryKey ? "primary key" : "unique")
                      .WithSqlState("42701")
                      .WithPosition(spec.position));
    }
    ids.push_back(id);
  }
  return ids;
}

/// Keys are found by the bytes of their values: equal ones must have the same.
Status CheckKeyTypes(const std::vector<FieldId>& ids, const catalog::TableDefinition& table) {
  using columnar::TypeKind;
  for (const auto id : ids) {
    const auto& type = table.columns.columns[static_cast<size_t>(table.IndexOf(id))].type;
    if (type.kind == TypeKind::kJson) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "data type {} has no default operator class for access method "
                            "\"btree\"",
                            columnar::PostgresName(type))
                      .WithSqlState("42704"));
    }
    if (columnar::IsBare(type) && type.scale == columnar::kAsText) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "a primary key of a numeric kept as text is not supported")
                      .WithSqlState("0A000")
                      .WithHint("Declare the column numeric(p,s), or bigint or text."));
    }
    if (!type.array && type.kind != TypeKind::kInterval && type.kind != TypeKind::kJsonb) continue;
    return Fail(MakeError(ErrorCode::kUnsupported, "a primary key of type {} is not supported",
                          columnar::PostgresName(type))
                    .WithSqlState("0A000")
                    .WithHint("Use a key of numbers, texts, dates or uuids."));
  }
  return {};
}

/// REFERENCES with the schema of the table it means now, whatever search_path will be.
std::string WithSchema(const SessionContext& session, const std::string& expression) {
  constexpr std::string_view kWord = "REFERENCES ";
  const auto key = pg_catalog::ReadForeignKey(expression);
  if (!key || !key->table.schema.empty() || !expression.starts_with(kWord)) return expression;
  const auto relation = FindRelation(session, key->table);
  if (!relation) return expression;
  return std::string(kWord) + QuoteIdentifier(relation.schema()) + "." +
         expression.substr(kWord.size());
}

Status CheckUnenforced(const SessionContext& session, const ConstraintSpec& spec) {
  const auto accepted = session.settings.Show("firn.unenforced_constraints");
  if (accepted && *accepted == "accept") return {};
  return Fail(MakeError(ErrorCode::kUnsupported, "{} constraints are not supported",
                        spec.kind == Kind::kUnique ? "UNIQUE" : "FOREIGN KEY")
                  .WithSqlState("0A000")
                  .WithPosition(spec.position)
                  .WithHint("They are not enforced here; with SET firn.unenforced_constraints = "
                            "accept they are recorded and shown as NOT ENFORCED."));
}

}  // namespace

std::string ObjectName(std::string name1, std::string name2, std::string_view label) {
  const size_t overhead = label.size() + 1 + (name2.empty() ? 0 : 1);
  const size_t room = kNameBytes - overhead;
  while (name1.size() + name2.size() > room) {
    auto& longer = name1.size() > name2.size() ? name1 : name2;
    longer.pop_back();
  }
  const auto whole_characters = [](std::string& name) {
    size_t at = name.size();
    while (at > 0 && (static_cast<uint8_t>(name[at - 1]) & 0xC0) == 0x80) --at;
    if (at == 0 || static_cast<uint8_t>(name[at - 1]) < 0xC0) return;
    const auto lead = static_cast<uint8_t>(name[at - 1]);
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (name.size() - (at - 1) < length) name.resize(at - 1);
  };
  whole_characters(name1);
  whole_characters(name2);
  std::string name = name1;
  if (!name2.empty()) name += "_" + name2;
  return name + "_" + std::string(label);
}

void SortConstraints(catalog::TableDefinition& table) {
  std::sort(table.constraints.begin(), table.constraints.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
}

Status PutConstraint(SessionContext& session, const ConstraintSpec& spec,
                     catalog::TableDefinition& table) {
  Constraint constraint{.kind = spec.kind, .name = spec.name, .expression = spec.expression};
  if (spec.kind == Kind::kCheck) {
    FIRN_TRY(constraint.columns, DescribeCheck(session, table, spec.expression));
  } else {
    if (spec.kind != Kind::kPrimaryKey) {
      FIRN_RETURN_IF_ERROR(CheckUnenforced(session, spec));
      constraint.enforced = false;
    } else if (table.PrimaryKey() != nullptr) {
      return Fail(MakeError(ErrorCode::kAlreadyExists,
                            "multiple primary keys for table \"{}\" are not allowed", table.name)
                      .WithSqlState("42P16")
                      .WithPosition(spec.position));
    }
    FIRN_TRY(constraint.columns, KeyIds(spec, table));
    if (spec.kind == Kind::kForeignKey) {
      constraint.expression = WithSchema(session, constraint.expression);
    }
    if (constraint.enforced) FIRN_RETURN_IF_ERROR(CheckKeyTypes(constraint.columns, table));
  }
  if (constraint.name.empty()) {
    constraint.name = ChooseName(session, table, constraint);
  } else if (table.FindConstraint(constraint.name) != nullptr) {
    return Fail(MakeError(ErrorCode::kAlreadyExists,
                          "constraint \"{}\" for relation \"{}\" already exists", constraint.name,
                          table.name)
                    .WithSqlState("42710"));
  } else if (NameIsTaken(session, table, constraint.kind, constraint.name)) {
    return Fail(
        MakeError(ErrorCode::kAlreadyExists, "relation \"{}\" already exists", constraint.name)
            .WithSqlState("42P07"));
  }
  if (constraint.kind == Kind::kPrimaryKey) {
    for (const auto id : constraint.columns) {
      table.columns.columns[static_cast<size_t>(table.IndexOf(id))].not_null = true;
    }
  }
  table.constraints.push_back(std::move(constraint));
  SortConstraints(table);
  return {};
}

namespace {

/// The argument of nextval('…'[::regclass]) when that is the whole expression.
Result<std::optional<std::string>> NextvalArgument(const std::string& default_sql) {
  FIRN_TRY(const auto statements, Parse("SELECT " + default_sql));
  const auto& targets = tree::List(statements.front().node(), "targetList");
  if (targets.size() != 1) return std::optional<std::string>();
  const auto call = tree::Open(tree::At(*tree::Open(targets.front()).body, "val"));
  if (!call.Is("FuncCall")) return std::optional<std::string>();
  const auto names = tree::Names(tree::List(*call.body, "funcname"));
  if (names.empty() || names.back() != "nextval") return std::optional<std::string>();
  const auto& arguments = tree::List(*call.body, "args");
  if (arguments.size() != 1) return std::optional<std::string>();
  auto argument = tree::Open(arguments.front());
  while (argument.Is("TypeCast")) argument = tree::Open(tree::At(*argument.body, "arg"));
  if (!argument.Is("A_Const")) return std::optional<std::string>();
  return std::optional(ReadConstant(statements.front(), *argument.body).text);
}

/// The same with the schemas of enums and domains, which other sessions' search_path may not have.
Result<std::string> QualifyTypes(const UserTypes& user_types, std::string sql) {
  constexpr std::string_view kSelect = "SELECT ";
  FIRN_TRY(const auto statements, Parse(std::string(kSelect) + sql));
  FIRN_TRY(auto references, FindReferences(statements.front()));
  std::sort(references.types.begin(), references.types.end(),
            [](const auto& a, const auto& b) { return a.location > b.location; });
  for (const auto& type : references.types) {
    const bool built_in = columnar::TypeFromName(type.name, {}).has_value();
    if (!type.schema.empty() || built_in || type.location < 0) continue;
    const auto found = user_types.Find("", type.name);
    if (found == nullptr) continue;
    sql.insert(static_cast<size_t>(type.location) - kSelect.size(),
               DisplayIdentifier(found->schema) + ".");
  }
  return sql;
}

}  // namespace

Task<Status> CheckDefault(SessionContext& session, catalog::TableDefinition& table, size_t column) {
  auto& one = table.columns.columns[column];
  if (one.default_sql.empty()) co_return Status();
  auto qualified = QualifyTypes(*UserTypes::Of(session), one.default_sql);
  if (!qualified) co_return Failure(std::move(qualified).error());
  one.default_sql = *std::move(qualified);
  auto argument = NextvalArgument(one.default_sql);
  if (!argument) co_return Failure(std::move(argument).error());
  if (*argument) {
    auto sequence = RequireSequence(session, **argument);
    if (!sequence) co_return Failure(std::move(sequence).error());
    table.sequences[one.id] = {.sequence = (*sequence)->id};
    co_return Status();
  }
  auto value = co_await DefaultValues(session, table, one, 1);
  if (value) co_return Status();
  auto error = std::move(value).error();
  error.position = 0;
  co_return Fail(std::move(error).During(fmt::format("default of column \"{}\"", one.name)));
}

Result<std::vector<catalog::Change>> MakeColumnSequence(SessionContext& session,
                                                        const GeneratedBy& generated,
                                                        catalog::TableDefinition& table,
                                                        size_t column) {
  auto& one = table.columns.columns[column];
  auto sequence = std::make_shared<catalog::Sequence>();
  sequence->id = NewUuidV7();
  sequence->schema = table.schema;
  if (generated.options.name) {
    FIRN_TRY(sequence->schema, SchemaForNewTable(session, *generated.options.name));
    sequence->name = generated.options.name->name;
    if (FindRelation(session, {.schema = sequence->schema, .name = sequence->name})) {
      return Fail(
          MakeError(ErrorCode::kAlreadyExists, "relation \"{}\" already exists", sequence->name)
              .WithSqlState("42P07"));
    }
  }
  for (int pass = 0; sequence->name.empty(); ++pass) {
    const auto label = "seq" + (pass == 0 ? std::string() : std::to_string(pass));
    auto name = ObjectName(table.name, one.name, label);
    if (FindRelation(session, {.schema = table.schema, .name = name})) continue;
    sequence->name = std::move(name);
  }
  sequence->type = one.type.kind;
  sequence->owner = catalog::Sequence::Owner{
      .table = table.id,
      .column = one.id,
      .identity = generated.form != catalog::ColumnSequence::Form::kDefault};
  FIRN_RETURN_IF_ERROR(ApplyOptions(generated.options, true, *sequence));
  table.sequences[one.id] = {.sequence = sequence->id, .form = generated.form};
  one.not_null = true;
  if (generated.form == catalog::ColumnSequence::Form::kDefault) {
    one.default_sql = fmt::format("nextval('{}'::regclass)",
                                  ShownName(session, sequence->schema, sequence->name));
  }
  return std::vector<catalog::Change>{catalog::PutObject{sequence}, InitialState(*sequence)};
}

Status AddChanges(SessionContext& session, std::vector<catalog::Change> changes) {
  for (auto& change : changes) {
    const auto* put = std::get_if<catalog::PutObject>(&change);
    const auto state = put == nullptr
                           ? nullptr
                           : std::dynamic_pointer_cast<const catalog::SequenceState>(put->object);
    FIRN_RETURN_IF_ERROR(session.transaction.AddChange(std::move(change)));
    if (state != nullptr) session.transaction.own_sequences()[state->sequence] = *state;
  }
  return {};
}

}  // namespace firn::sql

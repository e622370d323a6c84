#include "sql/prepared.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "sql/read.h"
#include "sql/relation_names.h"
#include "sql/relations.h"
#include "sql/returning.h"
#include "sql/roles.h"
#include "sql/user_types.h"
#include "sql/utility.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;

std::vector<std::optional<columnar::Type>> DeclaredTypes(const PreparedStatement& prepared) {
  std::vector<std::optional<columnar::Type>> types;
  for (const auto& one : prepared.declared) {
    types.push_back(one ? std::optional(one->type) : std::nullopt);
  }
  return types;
}

/// PostgreSQL's parameters have no modifiers: a numeric is what its value is, a varchar a text.
std::vector<ParameterType> WithoutModifiers(const std::vector<columnar::Type>& types) {
  std::vector<ParameterType> parameters;
  for (const auto& type : types) {
    auto parameter = ParameterOf(type);
    if (type.kind == TypeKind::kVarchar && !type.array) parameter.type = {.kind = TypeKind::kText};
    parameters.push_back(parameter);
  }
  return parameters;
}

Result<Description> DescribeQuery(SessionContext& session, const PreparedStatement& prepared,
                                  const Statement& query,
                                  const std::vector<columnar::Column>* targets, bool rows) {
  FIRN_TRY(auto read, DescribeRead(session, query, DeclaredTypes(prepared), targets));
  Description description{.parameters = WithoutModifiers(read.parameters), .fields = {}};
  if (rows) description.fields = std::move(read.fields);
  return description;
}

void KnowConstant(PreparedStatement& prepared) {
  if (!prepared.command || !std::holds_alternative<ReadCommand>(*prepared.command)) return;
  prepared.constant = FindConstantRow(*prepared.statement);
}

/// The transaction's types as of now, its own changes included.
Result<std::shared_ptr<const UserTypes>> LatestTypes(SessionContext& session) {
  auto& transaction = session.transaction;
  if (transaction.state() == Transaction::State::kIdle) {
    auto catalog = session.services.database.TakeSnapshot().root->catalog;
    auto path = UsablePath(session, *catalog);
    return std::make_shared<const UserTypes>(std::move(catalog), std::move(path));
  }
  FIRN_RETURN_IF_ERROR(transaction.BeginStatement());
  return UserTypes::Of(session);
}

/// Looks into the catalog only for a statement that names a type which PostgreSQL does not have.
Result<Command> DecodeIn(SessionContext& session, Statement& statement) {
  auto command = Decode(statement);
  const bool unknown = !command && command.error().SqlState() == "42704";
  if (!unknown || session.transaction.state() == Transaction::State::kFailed) return command;
  FIRN_TRY(statement.user_types, LatestTypes(session));
  return Decode(statement);
}

Result<std::optional<ParameterType>> DeclaredType(SessionContext& session, uint32_t oid) {
  auto declared = TypeOfOid(oid);
  if (declared || session.transaction.state() == Transaction::State::kFailed) return declared;
  FIRN_TRY(const auto types, LatestTypes(session));
  const auto own = types->TypeOf(oid);
  if (!own) return declared;
  return std::optional(ParameterType{.type = *own});
}

}  // namespace

void Portal::Fail() {
  state = State::kFailed;
  rows.reset();
}

Result<std::shared_ptr<const PreparedStatement>> Prepare(SessionContext& session,
                                                         std::vector<Statement> statements,
                                                         std::vector<uint32_t> parameter_oids) {
  if (statements.size() > 1) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "cannot insert multiple commands into a prepared statement")
                    .WithSqlState("42601"));
  }
  std::vector<std::optional<ParameterType>> declared;
  for (const auto oid : parameter_oids) {
    FIRN_TRY(declared.emplace_back(), DeclaredType(session, oid));
  }
  auto prepared = std::make_shared<PreparedStatement>();
  if (!statements.empty()) {
    FIRN_TRY(prepared->command, DecodeIn(session, statements.front()));
    prepared->statement = std::move(statements.front());
  }
  if (parameter_oids.empty()) KnowConstant(*prepared);
  prepared->declared = std::move(declared);
  prepared->declared_oids = std::move(parameter_oids);
  return std::shared_ptr<const PreparedStatement>(std::move(prepared));
}

Result<std::shared_ptr<const PreparedStatement>> PrepareStatement(
    SessionContext& session, Statement statement,
    std::vector<std::optional<ParameterType>> declared) {
  auto prepared = std::make_shared<PreparedStatement>();
  FIRN_TRY(prepared->command, DecodeIn(session, statement));
  prepared->statement = std::move(statement);
  if (declared.empty()) KnowConstant(*prepared);
  prepared->declared = std::move(declared);
  return std::shared_ptr<const PreparedStatement>(std::move(prepared));
}

Result<Description> Describe(SessionContext& session, const PreparedStatement& prepared) {
  if (!prepared.command) return Description();
  const auto& command = *prepared.command;
  if (prepared.constant) {
    return Description{.parameters = {}, .fields = prepared.constant->fields};
  }
  if (std::holds_alternative<ReadCommand>(command)) {
    return DescribeQuery(session, prepared, *prepared.statement, nullptr, true);
  }
  if (const auto* explain = std::get_if<ExplainCommand>(&command)) {
    FIRN_TRY(auto description, DescribeQuery(session, prepared, explain->query, nullptr, false));
    description.fields = ExplainFields();
    return description;
  }
  if (const auto* insert = std::get_if<InsertValuesCommand>(&command)) {
    const auto count = static_cast<size_t>(prepared.statement->parameter_count);
    FIRN_TRY(auto parameters, InsertParameters(session, *insert, count, prepared.declared));
    Description description{.parameters = std::move(parameters), .fields = {}};
    if (insert->returning) {
      FIRN_TRY(const auto table, RequireTable(session, insert->table));
      FIRN_TRY(description.fields, ReturnedFields(session, *table, *insert->returning));
    }
    return description;
  }
  if (const auto* insert = std::get_if<InsertQueryCommand>(&command)) {
    FIRN_TRY(const auto table, RequireTable(session, insert->table));
    FIRN_TRY(const auto targets, TargetColumns(*table, insert->columns));
    const auto columns = PickColumns(*table, targets);
    FIRN_TRY(auto description, DescribeQuery(session, prepared, insert->query, &columns, false));
    if (insert->returning) {
      FIRN_TRY(description.fields, ReturnedFields(session, *table, *insert->returning));
    }
    return description;
  }
  if (const auto* create = std::get_if<CreateTableAsCommand>(&command)) {
    return DescribeQuery(session, prepared, create->query, nullptr, false);
  }
  if (const auto* declare = std::get_if<DeclareCursorCommand>(&command)) {
    return DescribeQuery(session, prepared, declare->query, nullptr, false);
  }
  Description description;
  if (const auto* show = std::get_if<ShowCommand>(&command)) {
    FIRN_TRY(description.fields, DescribeShow(*show));
  }
  return description;
}

std::vector<uint32_t> ParameterOids(const PreparedStatement& prepared,
                                    const Description& description) {
  std::vector<uint32_t> oids;
  for (size_t i = 0; i < description.parameters.size(); ++i) {
    const bool declared = i < prepared.declared.size() && prepared.declared[i];
    oids.push_back(declared && i < prepared.declared_oids.size()
                       ? prepared.declared_oids[i]
                       : columnar::Oid(description.parameters[i].type));
  }
  return oids;
}

Result<std::vector<BoundParameter>> BindAll(const Description& description,
                                            const std::vector<ParameterValue>& values,
                                            const std::string& statement_name,
                                            const columnar::TextStyle& style) {
  if (values.size() != description.parameters.size()) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "bind message supplies {} parameters, but prepared statement \"{}\" "
                          "requires {}",
                          values.size(), statement_name, description.parameters.size())
                    .WithSqlState("08P01"));
  }
  std::vector<BoundParameter> bound;
  for (size_t i = 0; i < values.size(); ++i) {
    FIRN_TRY(bound.emplace_back(),
             BindParameter(description.parameters[i], values[i], i + 1, style));
  }
  return bound;
}

bool NeedsView(const Command& command) {
  return std::visit(
      [](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        return std::is_same_v<T, ReadCommand> || std::is_same_v<T, ExplainCommand> ||
               std::is_same_v<T, InsertValuesCommand> || std::is_same_v<T, InsertQueryCommand> ||
               std::is_same_v<T, CopyCommand> || std::is_same_v<T, CreateTableCommand> ||
               std::is_same_v<T, CreateTableAsCommand> || std::is_same_v<T, DdlCommand> ||
               std::is_same_v<T, DeclareCursorCommand> || std::is_same_v<T, CreateRoleCommand> ||
               std::is_same_v<T, AlterRoleCommand> || std::is_same_v<T, AlterRoleSetCommand> ||
               std::is_same_v<T, RenameRoleCommand> || std::is_same_v<T, DropRoleCommand> ||
               std::is_same_v<T, GrantRoleCommand> || std::is_same_v<T, CallCommand> ||
               std::is_same_v<T, LockCommand> || std::is_same_v<T, SetConstraintsCommand>;
      },
      command);
}

bool ReturnsRows(const Command& command) {
  if (const auto* insert = std::get_if<InsertValuesCommand>(&command)) {
    return insert->returning.has_value();
  }
  if (const auto* insert = std::get_if<InsertQueryCommand>(&command)) {
    return insert->returning.has_value();
  }
  return std::holds_alternative<ReadCommand>(command) ||
         std::holds_alternative<ExplainCommand>(command) ||
         std::holds_alternative<ShowCommand>(command);
}

const char* WritingName(const Command& command) {
  if (std::holds_alternative<InsertValuesCommand>(command)) return "INSERT";
  if (std::holds_alternative<InsertQueryCommand>(command)) return "INSERT";
  if (std::holds_alternative<CreateTableCommand>(command)) return "CREATE TABLE";
  if (std::holds_alternative<CreateTableAsCommand>(command)) return "CREATE TABLE AS";
  if (const auto* ddl = std::get_if<DdlCommand>(&command)) return ddl->tag.c_str();
  if (std::holds_alternative<CreateRoleCommand>(command)) return "CREATE ROLE";
  if (std::holds_alternative<DropRoleCommand>(command)) return "DROP ROLE";
  if (const auto* grant = std::get_if<GrantRoleCommand>(&command)) {
    return grant->grant ? "GRANT ROLE" : "REVOKE ROLE";
  }
  if (IsRoleCommand(command)) return "ALTER ROLE";
  const auto* copy = std::get_if<CopyCommand>(&command);
  return copy != nullptr && copy->from ? "COPY FROM" : nullptr;
}

}  // namespace firn::sql

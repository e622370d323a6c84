#include "sql/pg_catalog/calls.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "catalog/objects/comment.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/view.h"
#include "sql/ident.h"
#include "sql/pg_catalog/definitions.h"
#include "sql/pg_catalog/privileges.h"
#include "sql/pg_catalog/rows_internal.h"
#include "sql/relation_names.h"

namespace firn::sql::pg_catalog {
namespace {

using Text = std::optional<std::string>;

struct Known {
  std::shared_ptr<const Facts> facts;
  View view;
};

/// The statements that run. Tokens are never used twice.
class Statements {
 public:
  int64_t Add(Known known) {
    const std::lock_guard lock(mutex_);
    known_.emplace(++last_, std::make_shared<const Known>(std::move(known)));
    return last_;
  }
  void Remove(int64_t token) {
    const std::lock_guard lock(mutex_);
    known_.erase(token);
  }
  std::shared_ptr<const Known> Find(int64_t token) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(token);
    return found == known_.end() ? nullptr : found->second;
  }

 private:
  std::mutex mutex_;
  int64_t last_ = 0;
  std::map<int64_t, std::shared_ptr<const Known>> known_;
};

Statements& AllStatements() {
  static Statements statements;
  return statements;
}

struct Call {
  const Facts& facts;
  const View& view;
  std::array<std::optional<std::string_view>, 4> arguments;

  std::string_view text(size_t at) const { return arguments[at].value_or(""); }
  int64_t number(size_t at) const {
    int64_t number = 0;
    const auto text = arguments[at].value_or("0");
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  Oid oid(size_t at) const { return static_cast<Oid>(number(at)); }
  const Class* relation(size_t at) const { return facts.FindClass(oid(at)); }
};

using Body = Result<Text> (*)(const Call& call);

Text Bool(bool value) {
  return value ? "true" : "false";
}

Result<Text> UserById(const Call& call) {
  for (const auto& role : call.facts.roles()) {
    if (role.oid == call.oid(0)) return Text(role.name);
  }
  return Text(fmt::format("unknown (OID={})", call.oid(0)));
}
Result<Text> Format(const Call& call) {
  if (!call.arguments[0]) return Text();
  std::optional<int> modifier;
  if (call.arguments[1]) modifier = static_cast<int>(call.number(1));
  return Text(FormatType(call.facts, call.oid(0), modifier));
}
Result<Text> Same(const Call& call) {
  return Text(call.text(0));
}
Result<Text> ConstraintText(const Call& call) {
  const auto* constraint = call.facts.FindConstraint(call.oid(0));
  if (constraint == nullptr) return Text();
  return Text(ConstraintDefinition(call.facts, *constraint));
}
Result<Text> IndexText(const Call& call) {
  const auto* index = call.relation(0);
  if (index == nullptr) return Text();
  return IndexDefinition(call.facts, *index, static_cast<int>(call.number(1)));
}
Result<Text> ViewText(const Call& call) {
  const auto* of = call.relation(0);
  const auto* view = of == nullptr ? nullptr : dynamic_cast<const catalog::View*>(of->object.get());
  if (view == nullptr) return Text();
  return Text(" " + ViewDefinition(call.facts, *view) + ";");
}
Result<const Class*> FindNamed(const Facts& facts, const TableName& name) {
  if (!name.schema.empty()) FIRN_RETURN_IF_ERROR(RequireUsage(facts, name.schema));
  if (const auto* of = facts.FindClass(name.schema, name.name)) return of;
  return Fail(MakeError(ErrorCode::kNotFound, "relation \"{}\" does not exist",
                        name.schema.empty() ? name.name : name.schema + "." + name.name)
                  .WithSqlState("42P01"));
}
Result<Text> ViewTextByName(const Call& call) {
  FIRN_TRY(const auto name, ParseRelationName(call.text(0)));
  FIRN_TRY(const auto* of, FindNamed(call.facts, name));
  return ViewText({call.facts, call.view, {std::to_string(of->oid)}});
}
Result<Text> SerialSequence(const Call& call) {
  FIRN_TRY(const auto name, ParseRelationName(call.text(0)));
  FIRN_TRY(const auto* table, FindNamed(call.facts, name));
  const auto column = std::find_if(table->attributes.begin(), table->attributes.end(),
                                   [&](const Attribute& one) { return one.name == call.text(1); });
  if (column == table->attributes.end()) {
    return Fail(MakeError(ErrorCode::kNotFound, "column \"{}\" of relation \"{}\" does not exist",
                          call.text(1), table->name)
                    .WithSqlState("42703"));
  }
  for (const auto& sequence : call.facts.catalog().All<catalog::Sequence>()) {
    const auto& owner = sequence->owner;
    if (!owner || table->table == nullptr || owner->table != table->table->id ||
        owner->column.value() != column->number) {
      continue;
    }
    return Text(DisplayIdentifier(sequence->schema) + "." + DisplayIdentifier(sequence->name));
  }
  return Text();
}
Result<Text> TableIsVisible(const Call& call) {
  const auto* of = call.relation(0);
  if (of == nullptr) return Text();
  return Bool(call.facts.IsVisible(*of));
}
Result<Text> TypeIsVisible(const Call& call) {
  if (call.oid(0) == 0) return Text();
  if (const auto* type = FindType(call.oid(0))) return Bool(type->in_pg_catalog);
  if (const auto* type = call.facts.FindUserType(call.oid(0))) {
    const auto& path = call.facts.search_path();
    return Bool(std::find(path.begin(), path.end(), type->schema) != path.end());
  }
  for (const auto& of : call.facts.classes()) {
    if (of.type == call.oid(0) || of.array_type == call.oid(0)) {
      return Bool(call.facts.IsVisible(of));
    }
  }
  return Text();
}
Result<Text> Yes(const Call& /*call*/) {
  return Bool(true);
}
Result<Text> Nothing(const Call& /*call*/) {
  return Text();
}
Result<Text> No(const Call& /*call*/) {
  return Bool(false);
}
Result<Text> EncodingName(const Call& call) {
  constexpr int kUtf8 = 6;
  if (call.number(0) == 0) return Text("SQL_ASCII");
  return Text(call.number(0) == kUtf8 ? "UTF8" : "");
}
Text CommentOn(const Call& call, Oid object, int64_t column) {
  for (const auto& comment : call.facts.catalog().All<catalog::Comment>()) {
    if (comment->column.value() != column) continue;
    const auto target = call.facts.catalog().FindObject(comment->target);
    const auto oid = target != nullptr && target->name == "public"
                         ? kPublicNamespace
                         : call.facts.OidOf(comment->target);
    if (oid == object && object != 0) return comment->text;
  }
  return std::nullopt;
}
Result<Text> ObjectComment(const Call& call) {
  return CommentOn(call, call.oid(0), 0);
}
Result<Text> ColumnComment(const Call& call) {
  if (call.number(1) == 0) return Text();
  return CommentOn(call, call.oid(0), call.number(1));
}
Result<Text> DefaultAcl(const Call& call) {
  FIRN_TRY(const auto owner, UserById({call.facts, call.view, {call.arguments[1]}}));
  return Text(DefaultAclText(call.text(0).empty() ? ' ' : call.text(0).front(), *owner));
}

std::vector<std::string_view> Given(const Call& call) {
  std::vector<std::string_view> given;
  for (const auto& argument : call.arguments) {
    if (argument) given.push_back(*argument);
  }
  return given;
}
Result<Text> Answer(Result<std::optional<bool>> has) {
  if (!has) return Fail(std::move(has.error()));
  return *has ? Bool(**has) : Text();
}
template <const char* kOf>
Result<Text> MayUse(const Call& call) {
  return Answer(HasPrivilege(call.facts, kOf, Given(call)));
}
constexpr char kTable[] = "table";
constexpr char kSequence[] = "sequence";
constexpr char kColumn[] = "column";
constexpr char kAnyColumn[] = "any_column";
constexpr char kSchema[] = "schema";
constexpr char kDatabaseName[] = "database";
Result<Text> MayActAs(const Call& call) {
  return Answer(HasRole(call.facts, Given(call)));
}

Result<Text> Size(const Call& call) {
  const auto* of = call.relation(0);
  if (of == nullptr) return Text();
  return Text(std::to_string(ByteCount(call.view, *of)));
}
Result<Text> NoSize(const Call& call) {
  if (call.relation(0) == nullptr) return Text();
  return Text("0");
}
Result<Text> DatabaseSize(const Call& call) {
  int64_t bytes = 0;
  for (const auto& of : call.facts.classes()) bytes += ByteCount(call.view, of);
  return Text(std::to_string(bytes));
}
Result<Text> Pretty(const Call& call) {
  // Of a numeric: what is before the point. Beyond bigint there are no sizes.
  auto size = call.number(0);
  constexpr int64_t kUnit = 1024;
  constexpr int64_t kLimit = 10 * kUnit;
  constexpr std::array<std::string_view, 6> kUnits = {"bytes", "kB", "MB", "GB", "TB", "PB"};
  if (std::abs(size) < kLimit) return Text(fmt::format("{} bytes", call.text(0)));
  // Half a unit up, as PostgreSQL: divided with one bit left for rounding.
  size /= kUnit / 2;
  size_t unit = 1;
  while (unit + 1 < kUnits.size() && std::abs(size) >= 2 * kLimit - 1) {
    size /= kUnit;
    ++unit;
  }
  return Text(fmt::format("{} {}", (size + (size >= 0 ? 1 : -1)) / 2, kUnits[unit]));
}
template <const char* kType>
Result<Text> ToReg(const Call& call) {
  const auto oid = [&]() -> Result<std::optional<Oid>> {
    auto found = RegOid(call.facts, kType, call.text(0));
    if (!found && found.error().SqlState() != "42501") return std::optional<Oid>();
    return found;
  }();
  if (!oid) return Failure(oid.error());
  if (!*oid) return Text();
  return Text(std::to_string(**oid));
}
constexpr char kRegclassName[] = "regclass";
constexpr char kRegtypeName[] = "regtype";
constexpr char kRegnamespaceName[] = "regnamespace";
constexpr char kRegroleName[] = "regrole";

// What a cast from text does: arguments are the type and the text.
Result<Text> ReadReg(const Call& call) {
  const auto type = call.text(0);
  const auto text = call.text(1);
  FIRN_TRY(const auto oid, RegOid(call.facts, type, text));
  if (oid) return Text(std::to_string(*oid));
  const bool relation = type == "regclass";
  const bool schema = type == "regnamespace";
  const bool is_type = type == "regtype";
  return Fail(MakeError(ErrorCode::kNotFound, "{} \"{}\" does not exist",
                        relation  ? "relation"
                        : is_type ? "type"
                        : schema  ? "schema"
                                  : "role",
                        text)
                  .WithSqlState(relation ? "42P01"
                                : schema ? "3F000"
                                         : "42704"));
}
Result<Text> WriteReg(const Call& call) {
  return Text(RegText(call.facts, call.text(0), call.oid(1)));
}

Result<Text> SetConfig(const Call& /*call*/) {
  return Fail(MakeError(ErrorCode::kUnsupported, "set_config() of a query's rows is not supported")
                  .WithSqlState("0A000")
                  .WithHint("Call it with constants or parameters, without FROM."));
}

struct Entry {
  std::string_view name;
  Body body;
  bool strict = true;  // NULL for a NULL argument
};
constexpr std::array kEntries = {
    Entry{"pg_get_userbyid", UserById},
    Entry{"format_type", Format, false},
    Entry{"pg_get_expr", Same},
    Entry{"pg_get_constraintdef", ConstraintText},
    Entry{"pg_get_indexdef", IndexText},
    Entry{"pg_get_viewdef", ViewText},
    Entry{"pg_get_viewdef_by_name", ViewTextByName},
    Entry{"pg_get_serial_sequence", SerialSequence},
    Entry{"pg_table_is_visible", TableIsVisible},
    Entry{"pg_type_is_visible", TypeIsVisible},
    Entry{"yes", Yes},
    Entry{"no", No},
    Entry{"nothing", Nothing},
    Entry{"pg_encoding_to_char", EncodingName},
    Entry{"obj_description", ObjectComment},
    Entry{"col_description", ColumnComment},
    Entry{"acldefault", DefaultAcl},
    Entry{"has_table_privilege", MayUse<kTable>},
    Entry{"has_sequence_privilege", MayUse<kSequence>},
    Entry{"has_column_privilege", MayUse<kColumn>},
    Entry{"has_any_column_privilege", MayUse<kAnyColumn>},
    Entry{"has_schema_privilege", MayUse<kSchema>},
    Entry{"has_database_privilege", MayUse<kDatabaseName>},
    Entry{"pg_has_role", MayActAs},
    Entry{"pg_relation_size", Size},
    Entry{"pg_indexes_size", NoSize},
    Entry{"pg_database_size", DatabaseSize},
    Entry{"pg_size_pretty", Pretty},
    Entry{"to_regclass", ToReg<kRegclassName>},
    Entry{"to_regtype", ToReg<kRegtypeName>},
    Entry{"to_regnamespace", ToReg<kRegnamespaceName>},
    Entry{"to_regrole", ToReg<kRegroleName>},
    Entry{"read_reg", ReadReg},
    Entry{"write_reg", WriteReg},
    Entry{"set_config", SetConfig},
};

using Argument = std::optional<std::string_view>;

Result<Text> Ask(int64_t token, std::string_view name, Argument a, Argument b = {}, Argument c = {},
                 Argument d = {}) {
  const auto known = AllStatements().Find(token);
  const auto entry = std::find_if(kEntries.begin(), kEntries.end(),
                                  [name](const Entry& one) { return one.name == name; });
  if (known == nullptr || entry == kEntries.end()) {
    return Fail(ErrorCode::kInternal, "no statement calls {}: token={}", name, token);
  }
  return entry->body({.facts = *known->facts, .view = known->view, .arguments = {a, b, c, d}});
}

bool IsStrict(std::string_view name) {
  for (const auto& entry : kEntries) {
    if (entry.name == name) return entry.strict;
  }
  return true;
}

}  // namespace

CallToken::CallToken(const SessionContext& session)
    : value_(
          AllStatements().Add({.facts = Facts::Of(session), .view = session.transaction.view()})) {}

int64_t TokenOf(const SessionContext& session) {
  if (session.catalog_token == nullptr) {
    session.catalog_token = std::make_shared<CallToken>(session);
  }
  return session.catalog_token->value();
}

CallToken::~CallToken() {
  AllStatements().Remove(value_);
}

}  // namespace firn::sql::pg_catalog

namespace firn::sql {

void AddCatalogFunctions(EngineFunctions& to) {
  using pg_catalog::Argument;
  using pg_catalog::Ask;
  using Result = Result<std::optional<std::string>>;
  to.push_back(
      engine::Scalar("sql_catalog", [](int64_t token, std::string_view name, Argument a) -> Result {
        if (!a && pg_catalog::IsStrict(name)) return std::nullopt;
        return Ask(token, name, a);
      }));
  to.push_back(engine::Scalar(
      "sql_catalog2", [](int64_t token, std::string_view name, Argument a, Argument b) -> Result {
        if ((!a || !b) && pg_catalog::IsStrict(name)) return std::nullopt;
        return Ask(token, name, a, b);
      }));
  to.push_back(engine::Scalar(
      "sql_catalog3",
      [](int64_t token, std::string_view name, Argument a, Argument b, Argument c) -> Result {
        if (!a || !b || !c) return std::nullopt;
        return Ask(token, name, a, b, c);
      }));
  to.push_back(engine::Scalar("sql_catalog4",
                              [](int64_t token, std::string_view name, Argument a, Argument b,
                                 Argument c, Argument d) -> Result {
                                if (!a || !b || !c || !d) return std::nullopt;
                                return Ask(token, name, a, b, c, d);
                              }));
}

}  // namespace firn::sql

#include <charconv>
#include <set>

#include "sql/constant_internal.h"
#include "sql/decode_ddl_internal.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Node;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

Result<int64_t> ReadNumber(const Statement& statement, const tree::Json& option) {
  const int location = tree::Location(option);
  const auto text = ReadOptionText(statement, At(option, "arg"), location);
  int64_t value = 0;
  if (text) {
    const auto* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, value);
    if (read.ec == std::errc() && read.ptr == end) return value;
  }
  return Wrong(statement, location, "22P02",
               "invalid input syntax for type bigint: \"" + text.value_or("") + "\"");
}

Status ReadOwner(const Statement& statement, const tree::Json& option, SequenceOptions& options) {
  auto names = tree::Names(List(*Open(At(option, "arg")).body, "items"));
  options.owned_by.emplace();
  if (names.size() == 1 && names[0] == "none") return {};
  if (names.size() < 2) {
    return Wrong(statement, tree::Location(option), "42601", "invalid OWNED BY option",
                 "Specify OWNED BY table.column or OWNED BY NONE.");
  }
  options.owned_by->second = names.back();
  names.pop_back();
  options.owned_by->first.name = names.back();
  if (names.size() > 1) options.owned_by->first.schema = names[names.size() - 2];
  return {};
}

Status ReadSequenceOption(const Statement& statement, const tree::Json& option,
                          SequenceOptions& options) {
  const auto name = Text(option, "defname");
  const bool given = Has(option, "arg");
  const auto take = [&](std::optional<int64_t>& into) -> Status {
    if (into) {
      return Wrong(statement, tree::Location(option), "42601", "conflicting or redundant options");
    }
    FIRN_TRY(into, ReadNumber(statement, option));
    return {};
  };
  const auto bound = [&](std::optional<std::optional<int64_t>>& into) -> Status {
    into.emplace();
    if (!given) return {};
    FIRN_TRY(*into, ReadNumber(statement, option));
    return {};
  };
  if (name == "start") return take(options.start);
  if (name == "increment") return take(options.increment);
  if (name == "cache") return take(options.cache);
  if (name == "minvalue") return bound(options.minimum);
  if (name == "maxvalue") return bound(options.maximum);
  if (name == "sequence_name") {
    FIRN_TRY(options.name, DecodeNameList(statement, List(*Open(At(option, "arg")).body, "items")));
    return {};
  }
  if (name == "owned_by") return ReadOwner(statement, option, options);
  if (name == "cycle") {
    options.cycle = !given || Flag(*Open(At(option, "arg")).body, "boolval");
    return {};
  }
  if (name == "restart") {
    options.restart = true;
    if (given) return take(options.restart_with);
    return {};
  }
  if (name == "as") {
    FIRN_TRY(const auto type, DecodeTypeName(statement, *Open(At(option, "arg")).body));
    if (type.kind != TypeKind::kInt2 && type.kind != TypeKind::kInt4 &&
        type.kind != TypeKind::kInt8) {
      return Wrong(statement, -1, "22023", "sequence type must be smallint, integer, or bigint");
    }
    options.type = type.kind;
    return {};
  }
  return Refuse(statement, tree::Location(option),
                "sequence option \"" + std::string(name) + "\" is not supported", "Leave it out.");
}

Result<std::vector<std::string>> Labels(const Statement& statement, const tree::Json& list) {
  auto labels = tree::Names(list);
  for (const auto& label : labels) {
    if (label.size() > 63) {
      return Wrong(statement, -1, "42602", "invalid enum label \"" + label + "\"", "");
    }
  }
  return labels;
}

Result<DdlCommand> DecodeDomain(const Statement& statement, const tree::Json& body) {
  CreateDomainCommand command;
  FIRN_TRY(command.type, DecodeNameList(statement, List(body, "domainname")));
  command.domain.form = catalog::UserType::Form::kDomain;
  FIRN_TRY(command.domain.base, DecodeTypeName(statement, At(body, "typeName")));
  FIRN_TRY(const auto text, ClauseText::Of(statement));
  std::set<int> stops;
  for (const auto& item : List(body, "constraints")) {
    stops.insert(tree::Location(*Open(item).body));
  }
  for (const auto& item : List(body, "constraints")) {
    const auto& constraint = *Open(item).body;
    const auto kind = Text(constraint, "contype");
    if (kind == "CONSTR_NOTNULL") {
      command.domain.not_null = true;
    } else if (kind == "CONSTR_DEFAULT") {
      FIRN_RETURN_IF_ERROR(
          CheckRowExpression(statement, At(constraint, "raw_expr"), "DEFAULT expression"));
      command.domain.default_sql = text.DefaultAt(tree::Location(constraint), stops);
    } else if (kind == "CONSTR_CHECK") {
      FIRN_RETURN_IF_ERROR(
          CheckRowExpression(statement, At(constraint, "raw_expr"), "check constraint"));
      command.domain.checks.push_back(
          {std::string(Text(constraint, "conname")), text.CheckAt(tree::Location(constraint))});
    } else if (kind != "CONSTR_NULL") {
      return Wrong(statement, tree::Location(constraint), "42601",
                   "this constraint is not possible for domains");
    }
  }
  return DdlCommand{"CREATE DOMAIN", std::move(command)};
}

}  // namespace

Result<SequenceOptions> DecodeSequenceOptions(const Statement& statement,
                                              const tree::Json& options) {
  SequenceOptions read;
  for (const auto& item : options) {
    FIRN_RETURN_IF_ERROR(ReadSequenceOption(statement, *Open(item).body, read));
  }
  return read;
}

namespace {

/// Of a sequence that has its name already.
Result<SequenceOptions> DecodeOwnSequenceOptions(const Statement& statement,
                                                 const tree::Json& options) {
  for (const auto& item : options) {
    const auto& option = *Open(item).body;
    if (Text(option, "defname") != "sequence_name") continue;
    return Wrong(statement, tree::Location(option), "42601",
                 "invalid sequence option SEQUENCE NAME");
  }
  return DecodeSequenceOptions(statement, options);
}

}  // namespace

Result<std::optional<DdlCommand>> DecodeTypeDdl(const Statement& statement, const Node& node) {
  const auto& body = *node.body;
  if (node.Is("CreateSeqStmt")) {
    CreateSequenceCommand command{.if_not_exists = Flag(body, "if_not_exists")};
    FIRN_TRY(command.sequence, DecodeTableName(statement, At(body, "sequence")));
    FIRN_TRY(command.options, DecodeOwnSequenceOptions(statement, List(body, "options")));
    if (Text(At(body, "sequence"), "relpersistence") == "t") {
      return Refuse(statement, statement.begin, "temporary sequences are not supported",
                    "Use an ordinary sequence.");
    }
    return DdlCommand{"CREATE SEQUENCE", std::move(command)};
  }
  if (node.Is("AlterSeqStmt")) {
    AlterSequenceCommand command{.if_exists = Flag(body, "missing_ok")};
    FIRN_TRY(command.sequence, DecodeTableName(statement, At(body, "sequence")));
    FIRN_TRY(command.options, DecodeOwnSequenceOptions(statement, List(body, "options")));
    return DdlCommand{"ALTER SEQUENCE", std::move(command)};
  }
  if (node.Is("CreateEnumStmt")) {
    CreateEnumCommand command;
    FIRN_TRY(command.type, DecodeNameList(statement, List(body, "typeName")));
    FIRN_TRY(command.labels, Labels(statement, List(body, "vals")));
    return DdlCommand{"CREATE TYPE", std::move(command)};
  }
  if (node.Is("AlterEnumStmt")) {
    AlterEnumCommand command{.label = std::string(Text(body, "newVal")),
                             .neighbour = std::string(Text(body, "newValNeighbor")),
                             .after = Flag(body, "newValIsAfter"),
                             .if_not_exists = Flag(body, "skipIfNewValExists"),
                             .renamed = std::string(Text(body, "oldVal"))};
    FIRN_TRY(command.type, DecodeNameList(statement, List(body, "typeName")));
    return DdlCommand{"ALTER TYPE", std::move(command)};
  }
  if (node.Is("CreateDomainStmt")) return DecodeDomain(statement, body);
  if (node.Is("CompositeTypeStmt")) {
    return Refuse(statement, statement.begin, "composite types are not supported",
                  "Use one column per part, or a table.");
  }
  return std::optional<DdlCommand>();
}

}  // namespace firn::sql

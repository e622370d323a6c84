#include "sql/pg_catalog/facts.h"

#include <algorithm>
#include <utility>

#include "catalog/objects/rights.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/view.h"
#include "sql/ident.h"
#include "sql/relation_names.h"
#include "sql/roles.h"
#include "sql/session_context.h"
#include "sql/user_types.h"

namespace firn::sql::pg_catalog {
namespace {

// Oids of users' objects: above PostgreSQL's own, below what a signed integer holds.
constexpr Oid kFirstOid = 100'000;
constexpr Oid kOidCount = 2'147'000'000;

uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash ^ (hash >> 32);
}

std::string KeyOf(const Uuid& object, std::string_view part) {
  return object.ToString() + ' ' + std::string(part);
}

// DEFAULT as written, with what PostgreSQL adds to a plain quoted text.
std::string DefaultText(const columnar::Column& column, const UserTypes& user_types) {
  auto text = column.default_sql;
  // A type is kept with its schema, and shown without where search_path finds it.
  if (const auto type = user_types.Find(column.type.user_type)) {
    const auto full = DisplayIdentifier(type->schema) + "." + DisplayIdentifier(type->name);
    const auto at = text.find("::" + full);
    if (at != text.npos) text.replace(at + 2, full.size(), user_types.Shown(type->oid));
  }
  const bool literal = text.size() > 1 && text.front() == '\'' && text.back() == '\'' &&
                       text.find('\'', 1) == text.size() - 1;
  if (!literal) return text;
  auto plain = column.type;
  plain.length = 0;
  if (plain.kind == columnar::TypeKind::kEnum) {
    return text + "::" + user_types.Shown(plain.user_type) + (plain.array ? "[]" : "");
  }
  return text + "::" + columnar::PostgresName(plain);
}

}  // namespace

Oid TypeOid(const columnar::Type& type) {
  return columnar::Oid(columnar::BaseType(type));
}

std::shared_ptr<const Facts> Facts::Of(const SessionContext& session) {
  const auto& catalog = session.transaction.view().catalog;
  auto& kept = session.catalog_facts;
  const auto role = CurrentRole(session);
  if (kept == nullptr || kept->catalog_ != catalog || kept->search_path_ != UsablePath(session) ||
      kept->role_ != (role ? *role : nullptr)) {
    kept = std::shared_ptr<const Facts>(new Facts(session, catalog));
  }
  return kept;
}

Facts::Facts(const SessionContext& session, std::shared_ptr<const catalog::Version> catalog)
    : catalog_(std::move(catalog)),
      search_path_(UsablePath(session)),
      role_(CurrentRole(session).value_or(nullptr)),
      database_(session.identity.database) {
  for (const auto& role : catalog::AllRoles(*catalog_)) {
    roles_.push_back(
        {role->name == kOwnerName ? kOwner : Give(role->id, "role"), role->name, role});
  }
  namespaces_ = {{std::string(kCatalogSchema), kCatalogNamespace},
                 {std::string(kInformationSchema), kInformationNamespace}};
  namespaces_.emplace("firn", Give(Uuid(), "schema firn"));
  for (const auto& [id, object] : catalog_->objects()) {
    if (&object->kind() != &catalog::Schema::kKind) continue;
    namespaces_[object->name] = object->name == "public" ? kPublicNamespace : Give(object->id);
  }
  for (const auto& [id, table] : catalog_->tables()) {
    if (!namespaces_.contains(table->schema)) {
      namespaces_[table->schema] = Give(Uuid(), "schema " + table->schema);
    }
    AddTable(table);
  }
  AddObjects();
  AddSystem();
  AddConstraints();
  for (size_t i = 0; i < classes_.size(); ++i) {
    by_oid_.emplace(classes_[i].oid, i);
    by_name_.emplace(std::pair{classes_[i].schema, classes_[i].name}, i);
  }
  for (auto& constraint : constraints_) {
    constraint.of = FindClass(OidOf(constraint.of_table));
  }
}

Oid Facts::Give(const Uuid& object, std::string_view part) {
  auto key = KeyOf(object, part);
  const auto known = oids_.find(key);
  if (known != oids_.end()) return known->second;
  auto oid = static_cast<Oid>(kFirstOid + HashOf(key) % kOidCount);
  while (taken_.contains(oid)) ++oid;
  taken_.emplace(oid, true);
  oids_.emplace(std::move(key), oid);
  return oid;
}

Oid Facts::OidOf(const Uuid& object, std::string_view part) const {
  const auto found = oids_.find(KeyOf(object, part));
  return found == oids_.end() ? 0 : found->second;
}

void Facts::AddTable(const std::shared_ptr<const catalog::TableDefinition>& table) {
  const auto& id = table->id.value();
  Class made{.oid = Give(id), .schema = table->schema, .name = table->name, .kind = 'r'};
  made.type = Give(id, "type");
  made.array_type = Give(id, "array type");
  made.table = table;
  const UserTypes user_types(catalog_, search_path_);
  for (const auto& column : table->columns.columns) {
    Attribute attribute{.number = column.id.value(),
                        .name = column.name,
                        .type = columnar::Oid(column.type),
                        .modifier = columnar::TypeModifier(column.type),
                        .not_null = column.not_null,
                        .default_text = DefaultText(column, user_types)};
    const auto sequence = table->sequences.find(column.id);
    if (sequence != table->sequences.end()) {
      using Form = catalog::ColumnSequence::Form;
      if (sequence->second.form == Form::kAlways) attribute.identity = 'a';
      if (sequence->second.form == Form::kByDefault) attribute.identity = 'd';
      const auto object = catalog_->FindObject(sequence->second.sequence);
      if (attribute.identity == 0 && object != nullptr) {
        const bool visible = std::find(search_path_.begin(), search_path_.end(), object->schema) !=
                             search_path_.end();
        const auto name = (visible ? "" : DisplayIdentifier(object->schema) + ".") +
                          DisplayIdentifier(object->name);
        attribute.default_text = fmt::format("nextval({}::regclass)", QuoteLiteral(name));
      }
    }
    if (!attribute.default_text.empty()) {
      attribute.default_oid = Give(id, fmt::format("default {}", attribute.number));
    }
    made.attributes.push_back(std::move(attribute));
  }
  classes_.push_back(std::move(made));
  for (const auto& says : table->constraints) {
    using Kind = catalog::Constraint::Kind;
    Constraint constraint{.oid = Give(id, "constraint " + says.name), .says = &says};
    constraint.of_table = id;
    for (const auto& column : says.columns) constraint.columns.push_back(column.value());
    if (says.kind == Kind::kPrimaryKey || says.kind == Kind::kUnique) {
      constraint.index = Give(id, "index " + says.name);
    }
    constraints_.push_back(std::move(constraint));
  }
}

void Facts::AddConstraints() {
  std::vector<Class> indexes;
  for (const auto& constraint : constraints_) {
    if (constraint.index == 0) continue;
    const auto& table = *catalog_->FindTable(TableId(constraint.of_table));
    Class index{.oid = constraint.index, .schema = table.schema, .name = constraint.says->name};
    index.kind = 'i';
    index.index_of = OidOf(constraint.of_table);
    for (const auto& of : classes_) {
      if (of.oid != index.index_of) continue;
      for (const int number : constraint.columns) {
        for (auto attribute : of.attributes) {
          if (attribute.number != number) continue;
          attribute.number = static_cast<int>(index.attributes.size()) + 1;
          attribute.default_oid = 0;
          attribute.not_null = false;
          attribute.identity = 0;
          index.attributes.push_back(std::move(attribute));
        }
      }
    }
    indexes.push_back(std::move(index));
  }
  for (auto& index : indexes) classes_.push_back(std::move(index));
}

void Facts::AddObjects() {
  for (const auto& [id, object] : catalog_->objects()) {
    Class made{.schema = object->schema, .name = object->name, .object = object};
    const auto add = [&made](const std::string& name, const columnar::Type& type, bool not_null) {
      // A view's sum has the most digits there are: PostgreSQL says numeric of it.
      const bool computed =
          type.kind == columnar::TypeKind::kNumeric && type.precision == columnar::kMaxPrecision;
      made.attributes.push_back({.number = static_cast<int>(made.attributes.size()) + 1,
                                 .name = name,
                                 .type = TypeOid(type),
                                 .modifier = computed ? -1 : columnar::TypeModifier(type),
                                 .not_null = not_null});
    };
    if (const auto* view = dynamic_cast<const catalog::View*>(object.get())) {
      made.kind = 'v';
      for (const auto& column : view->columns) add(column.name, column.type, false);
      made.type = Give(id, "type");
      made.array_type = Give(id, "array type");
    } else if (&object->kind() == &catalog::Sequence::kKind) {
      made.kind = 'S';
      add("last_value", {columnar::TypeKind::kInt8}, true);
      add("log_cnt", {columnar::TypeKind::kInt8}, true);
      add("is_called", {columnar::TypeKind::kBool}, true);
    } else {
      if (&object->kind() == &catalog::DefaultRights::kKind) Give(id);
      if (auto type = std::dynamic_pointer_cast<const catalog::UserType>(object)) {
        for (const auto& label : type->labels) Give(id, "label " + label);
        oids_.emplace(KeyOf(id, ""), type->oid);
        user_types_.push_back(std::move(type));
      }
      continue;
    }
    made.oid = Give(id);
    classes_.push_back(std::move(made));
  }
}

void Facts::AddSystem() {
  for (const auto& relation : Relations()) {
    Class made{.oid = relation.oid,
               .schema = std::string(relation.schema),
               .name = std::string(relation.name)};
    made.kind = relation.kind;
    made.system = &relation;
    for (const auto& column : relation.columns) {
      const auto* type = FindType(column.type);
      made.attributes.push_back({.number = static_cast<int>(made.attributes.size()) + 1,
                                 .name = std::string(column.name),
                                 .type = type == nullptr ? 0 : type->oid,
                                 .not_null = column.not_null});
    }
    classes_.push_back(std::move(made));
  }
}

const Class* Facts::FindClass(Oid oid) const {
  const auto found = by_oid_.find(oid);
  return found == by_oid_.end() ? nullptr : &classes_[found->second];
}

const Class* Facts::FindClass(std::string_view schema, std::string_view name) const {
  const auto in = [&](std::string_view where) -> const Class* {
    const auto found = by_name_.find(std::pair{std::string(where), std::string(name)});
    return found == by_name_.end() ? nullptr : &classes_[found->second];
  };
  if (!schema.empty()) return in(schema);
  if (const auto* temporary = in("pg_temp")) return temporary;
  if (const auto* system = in(kCatalogSchema)) return system;
  for (const auto& where : search_path_) {
    if (const auto* found = in(where)) return found;
  }
  return nullptr;
}

const catalog::UserType* Facts::FindUserType(Oid oid) const {
  for (const auto& type : user_types_) {
    if (type->oid == oid || type->oid + 1 == oid) return type.get();
  }
  return nullptr;
}

const Constraint* Facts::FindConstraint(Oid oid) const {
  for (const auto& constraint : constraints_) {
    if (constraint.oid == oid) return &constraint;
  }
  return nullptr;
}

std::string_view Facts::NamespaceName(Oid oid) const {
  for (const auto& [name, known] : namespaces_) {
    if (known == oid) return name;
  }
  return {};
}

Oid Facts::NamespaceOid(std::string_view schema) const {
  const auto found = namespaces_.find(std::string(schema));
  return found == namespaces_.end() ? 0 : found->second;
}

bool Facts::IsVisible(const Class& found) const {
  return FindClass("", found.name) == &found;
}

}  // namespace firn::sql::pg_catalog

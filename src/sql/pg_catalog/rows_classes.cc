#include <algorithm>
#include <set>

#include "catalog/objects/comment.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/view.h"
#include "sql/ident.h"
#include "sql/pg_catalog/definitions.h"
#include "sql/pg_catalog/foreign_key.h"
#include "sql/pg_catalog/privileges.h"
#include "sql/pg_catalog/rows_internal.h"

namespace firn::sql::pg_catalog {
namespace {

constexpr Oid kDescriptionOfNamespace = 2615;
constexpr Oid kDefaultRelation = 2604;
constexpr Oid kRewriteRelation = 2618;
constexpr Oid kExtensionRelation = 3079;
constexpr Oid kTypeRelation = 1247;
constexpr Oid kOwnExtension = 13'999;  // among those that PostgreSQL comes with
constexpr Oid kHeap = 2;
constexpr Oid kBtree = 403;

int CheckCount(const Class& of) {
  if (of.table == nullptr) return 0;
  return static_cast<int>(
      std::count_if(of.table->constraints.begin(), of.table->constraints.end(),
                    [](const auto& c) { return c.kind == catalog::Constraint::Kind::kCheck; }));
}

void Namespaces(const Source& source, Rows& rows) {
  for (const auto& [name, oid] : source.facts.namespaces()) {
    const auto target = SchemaTarget(source.facts, name);
    rows.Add({{"oid", oid},
              {"nspname", name},
              {"nspowner", OwnerOf(source.facts, target).oid},
              {"nspacl", AclText(source.facts, target, catalog::TargetKind::kSchema)}});
  }
}

/// An index belongs to whom its table belongs to.
Uuid OwnedAs(const Source& source, const Class& of) {
  const auto* table = of.kind == 'i' ? source.facts.FindClass(of.index_of) : nullptr;
  return TargetOf(table == nullptr ? of : *table);
}

/// Tables with a foreign key, at either end: where PostgreSQL has triggers, tools look for keys.
std::set<Oid> LinkedTables(const Facts& facts) {
  std::set<Oid> linked;
  for (const auto& constraint : facts.constraints()) {
    if (constraint.says->kind != catalog::Constraint::Kind::kForeignKey) continue;
    linked.insert(constraint.of->oid);
    const auto key = ReadForeignKey(constraint.says->expression);
    const auto* target = key ? TargetOf(facts, *key) : nullptr;
    if (target != nullptr) linked.insert(target->oid);
  }
  return linked;
}

void ClassRows(const Source& source, Rows& rows) {
  const auto linked = LinkedTables(source.facts);
  for (const auto& of : source.facts.classes()) {
    const bool temporary = of.schema == "pg_temp";
    const bool view = of.kind == 'v';
    const bool table = of.kind == 'r';
    const bool keyed = of.table != nullptr && of.table->PrimaryKey() != nullptr;
    // Not known, as before the first ANALYZE, to who may not count them.
    const bool may_count = MayAnyOf(source.facts, of, {catalog::Right::kSelect});
    const auto count =
        source.facts.catalog().tables().empty() || !may_count ? -1 : RowCount(source, of);
    rows.Add({{"oid", of.oid},
              {"relname", of.name},
              {"relnamespace", source.facts.NamespaceOid(of.schema)},
              {"reltype", of.type},
              {"reloftype", 0},
              {"relowner", OwnerOf(source.facts, OwnedAs(source, of)).oid},
              {"relam", table            ? kHeap
                        : of.kind == 'i' ? kBtree
                                         : 0},
              {"relfilenode", view ? 0 : of.oid},
              {"reltablespace", 0},
              {"relpages", 0},  // there are none to speak of: a row has no ctid
              {"reltuples", of.table == nullptr ? int64_t{-1} : count},
              {"relallvisible", 0},
              {"reltoastrelid", 0},
              {"relhasindex", keyed},
              {"relisshared", false},
              {"relpersistence", temporary ? "t" : "p"},
              {"relkind", of.kind},
              {"relnatts", of.attributes.size()},
              {"relchecks", CheckCount(of)},
              {"relhasrules", view},
              {"relhastriggers", linked.contains(of.oid)},
              {"relhassubclass", false},
              {"relrowsecurity", false},
              {"relforcerowsecurity", false},
              {"relispopulated", true},
              {"relreplident", table && of.system == nullptr ? "d" : "n"},
              {"relispartition", false},
              {"relrewrite", 0},
              {"relfrozenxid", 0},
              {"relminmxid", 0},
              {"relacl", of.kind == 'i' ? std::nullopt
                                        : AclText(source.facts, TargetOf(of), TargetKindOf(of))}});
  }
}

void AttributeRows(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    for (const auto& attribute : of.attributes) {
      const auto* type = FindType(attribute.type);
      const auto word = [&](size_t at, std::string_view otherwise) {
        return type == nullptr ? otherwise : type->words[at];
      };
      rows.Add({{"attrelid", of.oid},
                {"attname", attribute.name},
                {"atttypid", attribute.type},
                {"attstattarget", -1},
                {"attlen", word(2, "-1")},
                {"attnum", attribute.number},
                {"attndims", type != nullptr && type->name.front() == '_' ? 1 : 0},
                {"attcacheoff", -1},
                {"atttypmod", attribute.modifier},
                {"attbyval", word(3, "f")},
                {"attalign", word(16, "i")},
                {"attstorage", word(17, "p")},
                {"attcompression", ""},
                {"attnotnull", attribute.not_null},
                {"atthasdef", attribute.default_oid != 0},
                {"atthasmissing", false},
                {"attidentity", attribute.identity},
                {"attgenerated", ""},
                {"attisdropped", false},
                {"attislocal", true},
                {"attinhcount", 0},
                {"attcollation", word(20, "0")},
                {"attacl", AclText(source.facts, TargetOf(of), TargetKindOf(of),
                                   FieldId(attribute.number))}});
    }
  }
}

void Defaults(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    for (const auto& attribute : of.attributes) {
      if (attribute.default_oid == 0 || attribute.identity != 0) continue;
      rows.Add({{"oid", attribute.default_oid},
                {"adrelid", of.oid},
                {"adnum", attribute.number},
                {"adbin", attribute.default_text}});
    }
  }
}

std::string Numbers(const std::vector<int>& numbers, std::string_view between) {
  std::string text;
  for (const int number : numbers) {
    text += (text.empty() ? "" : std::string(between)) + std::to_string(number);
  }
  return text;
}

char KindOf(const catalog::Constraint& says) {
  constexpr std::string_view kKinds = "cpuf";
  return kKinds[static_cast<size_t>(says.kind)];
}

void ConstraintRows(const Source& source, Rows& rows) {
  for (const auto& constraint : source.facts.constraints()) {
    const auto& says = *constraint.says;
    const auto key = KindOf(says) == 'f' ? ReadForeignKey(says.expression) : std::nullopt;
    const auto* target = key ? TargetOf(source.facts, *key) : nullptr;
    rows.Add({{"oid", constraint.oid},
              {"conname", says.name},
              {"connamespace", source.facts.NamespaceOid(constraint.of->schema)},
              {"contype", KindOf(says)},
              {"condeferrable", key && (key->deferrable || key->deferred)},
              {"condeferred", key && key->deferred},
              {"convalidated", says.enforced},
              {"conrelid", constraint.of->oid},
              {"contypid", 0},
              {"conindid", constraint.index},
              {"conparentid", 0},
              {"confrelid", target == nullptr ? 0 : target->oid},
              {"confupdtype", key ? key->on_update : ' '},
              {"confdeltype", key ? key->on_delete : ' '},
              {"confmatchtype", key ? 's' : ' '},
              {"conislocal", true},
              {"coninhcount", 0},
              {"connoinherit", KindOf(says) != 'c'},
              {"conkey", "{" + Numbers(constraint.columns, ",") + "}"}});
    if (target != nullptr) {
      const auto columns = TargetColumns(source.facts, *key, *target);
      rows.Set("confkey", "{" + Numbers(columns, ",") + "}");
    }
    if (KindOf(says) == 'c') rows.Set("conbin", "(" + says.expression + ")");
  }
}

void Indexes(const Source& source, Rows& rows) {
  for (const auto& constraint : source.facts.constraints()) {
    if (constraint.index == 0) continue;
    const auto size = constraint.columns.size();
    const std::vector<int> zeros(size, 0);
    rows.Add({{"indexrelid", constraint.index},
              {"indrelid", constraint.of->oid},
              {"indnatts", size},
              {"indnkeyatts", size},
              {"indisunique", true},
              {"indnullsnotdistinct", false},
              {"indisprimary", KindOf(*constraint.says) == 'p'},
              {"indisexclusion", false},
              {"indimmediate", true},
              {"indisclustered", false},
              {"indisvalid", constraint.says->enforced},
              {"indcheckxmin", false},
              {"indisready", true},
              {"indislive", true},
              {"indisreplident", false},
              {"indkey", Numbers(constraint.columns, " ")},
              {"indcollation", Numbers(zeros, " ")},
              {"indclass", Numbers(zeros, " ")},
              {"indoption", Numbers(zeros, " ")}});
  }
}

void Descriptions(const Source& source, Rows& rows) {
  for (const auto& comment : source.facts.catalog().All<catalog::Comment>()) {
    const auto object = source.facts.catalog().FindObject(comment->target);
    const bool schema = object != nullptr && &object->kind() == &catalog::Schema::kKind;
    const auto oid =
        schema ? source.facts.NamespaceOid(object->name) : source.facts.OidOf(comment->target);
    rows.Add({{"objoid", oid},
              {"classoid", schema ? kDescriptionOfNamespace : kClassRelation},
              {"objsubid", comment->column.value()},
              {"description", comment->text}});
  }
}

void Sequences(const Source& source, Rows& rows) {
  const bool named = rows.relation().name == "pg_sequences";
  for (const auto& of : source.facts.classes()) {
    const auto* sequence = dynamic_cast<const catalog::Sequence*>(of.object.get());
    if (sequence == nullptr) continue;
    if (!named) {
      rows.Add({{"seqrelid", of.oid},
                {"seqtypid", TypeOid({sequence->type})},
                {"seqstart", sequence->start},
                {"seqincrement", sequence->increment},
                {"seqmax", sequence->maximum},
                {"seqmin", sequence->minimum},
                {"seqcache", sequence->cache},
                {"seqcycle", sequence->cycle}});
      continue;
    }
    rows.Add({{"schemaname", of.schema},
              {"sequencename", of.name},
              {"sequenceowner", OwnerOf(source.facts, TargetOf(of)).name},
              {"data_type", columnar::Info(sequence->type).name},
              {"start_value", sequence->start},
              {"min_value", sequence->minimum},
              {"max_value", sequence->maximum},
              {"increment_by", sequence->increment},
              {"cycle", sequence->cycle},
              {"cache_size", sequence->cache}});
  }
}

void Tables(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (of.kind != 'r') continue;
    rows.Add({{"schemaname", of.schema},
              {"tablename", of.name},
              {"tableowner", OwnerOf(source.facts, TargetOf(of)).name},
              {"hasindexes", of.table != nullptr && of.table->PrimaryKey() != nullptr},
              {"hasrules", false},
              {"hastriggers", false},
              {"rowsecurity", false}});
  }
}

void Views(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    const auto* view = dynamic_cast<const catalog::View*>(of.object.get());
    if (view == nullptr) continue;
    rows.Add({{"schemaname", of.schema},
              {"viewname", of.name},
              {"viewowner", OwnerOf(source.facts, TargetOf(of)).name},
              {"definition", ViewDefinition(source.facts, *view) + ";"}});
  }
}

void IndexNames(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (of.kind != 'i') continue;
    rows.Add({{"schemaname", of.schema},
              {"tablename", source.facts.FindClass(of.index_of)->name},
              {"indexname", of.name},
              {"indexdef", IndexDefinition(source.facts, of, 0)}});
  }
}

/// Of the rule that is a view.
Oid RuleOid(const Facts& facts, const Class& view) {
  return facts.OidOf(view.object->id, "type") ^ 1U;
}

void Rewrites(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (of.kind != 'v' || of.object == nullptr) continue;
    rows.Add({{"oid", RuleOid(source.facts, of)},
              {"rulename", "_RETURN"},
              {"ev_class", of.oid},
              {"ev_type", "1"},
              {"ev_enabled", "O"},
              {"is_instead", true}});
  }
}

/// Who is `object` and whom it depends on; tools order and own things by it.
struct Dependency {
  Oid in = 0;  // the relation the object is a row of
  Oid object = 0;
  Oid of_in = 0;
  Oid of = 0;
  int of_column = 0;
  char kind = 'n';
};

void Add(Rows& rows, const Dependency& one) {
  rows.Add({{"classid", one.in},
            {"objid", one.object},
            {"objsubid", 0},
            {"refclassid", one.of_in},
            {"refobjid", one.of},
            {"refobjsubid", one.of_column},
            {"deptype", one.kind}});
}

/// A default on its column, and on the sequence it takes values from.
void DependenciesOfTable(const Source& source, const Class& of, Rows& rows) {
  for (const auto& attribute : of.attributes) {
    if (attribute.default_oid == 0 || attribute.identity != 0 || of.table == nullptr) continue;
    Add(rows, {.in = kDefaultRelation,
               .object = attribute.default_oid,
               .of_in = kClassRelation,
               .of = of.oid,
               .of_column = attribute.number,
               .kind = 'a'});
    const auto sequence = of.table->sequences.find(FieldId(attribute.number));
    if (sequence == of.table->sequences.end()) continue;
    Add(rows, {.in = kDefaultRelation,
               .object = attribute.default_oid,
               .of_in = kClassRelation,
               .of = source.facts.OidOf(sequence->second.sequence)});
  }
}

/// A view's rule on the view, and on what the view reads.
void DependenciesOfView(const Source& source, const Class& of, Rows& rows) {
  const auto* view = dynamic_cast<const catalog::View*>(of.object.get());
  if (view == nullptr) return;
  const auto rule = RuleOid(source.facts, of);
  for (const char kind : {'i', 'n'}) {
    Add(rows, {.in = kRewriteRelation,
               .object = rule,
               .of_in = kClassRelation,
               .of = of.oid,
               .kind = kind});
  }
  for (const auto& seen : view->references) {
    const auto relation = source.facts.OidOf(seen.relation);
    if (seen.relation.is_nil() || relation == 0) continue;
    for (const auto& column : seen.columns) {
      Add(rows, {.in = kRewriteRelation,
                 .object = rule,
                 .of_in = kClassRelation,
                 .of = relation,
                 .of_column = column.id.value()});
    }
  }
}

void Dependencies(const Source& source, Rows& rows) {
  Add(rows, {.in = kDescriptionOfNamespace,
             .object = source.facts.NamespaceOid("firn"),
             .of_in = kExtensionRelation,
             .of = kOwnExtension,
             .kind = 'e'});
  for (const auto& of : source.facts.classes()) {
    DependenciesOfTable(source, of, rows);
    DependenciesOfView(source, of, rows);
    const auto* sequence = dynamic_cast<const catalog::Sequence*>(of.object.get());
    if (sequence == nullptr || !sequence->owner) continue;
    Add(rows, {.in = kClassRelation,
               .object = of.oid,
               .of_in = kClassRelation,
               .of = source.facts.OidOf(sequence->owner->table.value()),
               .of_column = sequence->owner->column.value(),
               .kind = sequence->owner->identity ? 'i' : 'a'});
  }
  for (const auto& type : source.facts.user_types()) {
    const auto base = columnar::Oid(type->base);
    if (type->form != catalog::UserType::Form::kDomain) continue;
    if (source.facts.FindUserType(base) == nullptr) continue;
    Add(rows, {.in = kTypeRelation, .object = type->oid, .of_in = kTypeRelation, .of = base});
  }
}

/// What comes with the server is an extension's: so pg_dump leaves schema firn out.
void Extensions(const Source& source, Rows& rows) {
  rows.Add({{"oid", kOwnExtension},
            {"extname", "firn"},
            {"extowner", kOwner},
            {"extnamespace", source.facts.NamespaceOid("firn")},
            {"extrelocatable", false},
            {"extversion", "1.0"}});
}

}  // namespace

std::vector<Producer> ClassProducers() {
  return {{kCatalogSchema, "pg_namespace", Namespaces},
          {kCatalogSchema, "pg_class", ClassRows},
          {kCatalogSchema, "pg_attribute", AttributeRows},
          {kCatalogSchema, "pg_attrdef", Defaults},
          {kCatalogSchema, "pg_constraint", ConstraintRows},
          {kCatalogSchema, "pg_index", Indexes},
          {kCatalogSchema, "pg_description", Descriptions},
          {kCatalogSchema, "pg_sequence", Sequences},
          {kCatalogSchema, "pg_sequences", Sequences},
          {kCatalogSchema, "pg_tables", Tables},
          {kCatalogSchema, "pg_views", Views},
          {kCatalogSchema, "pg_indexes", IndexNames},
          {kCatalogSchema, "pg_rewrite", Rewrites},
          {kCatalogSchema, "pg_depend", Dependencies},
          {kCatalogSchema, "pg_extension", Extensions}};
}

}  // namespace firn::sql::pg_catalog

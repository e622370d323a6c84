#include <algorithm>

#include "catalog/objects/comment.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/view.h"
#include "sql/ident.h"
#include "sql/pg_catalog/definitions.h"
#include "sql/pg_catalog/privileges.h"
#include "sql/pg_catalog/rows_internal.h"

namespace firn::sql::pg_catalog {
namespace {

constexpr Oid kDescriptionOfNamespace = 2615;
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

void ClassRows(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    const bool temporary = of.schema == "pg_temp";
    const bool view = of.kind == 'v';
    const bool table = of.kind == 'r';
    const bool keyed = of.table != nullptr && of.table->PrimaryKey() != nullptr;
    const auto count = source.facts.catalog().tables().empty() ? -1 : RowCount(source, of);
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
              {"relhastriggers", false},
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
    rows.Add({{"oid", constraint.oid},
              {"conname", says.name},
              {"connamespace", source.facts.NamespaceOid(constraint.of->schema)},
              {"contype", KindOf(says)},
              {"condeferrable", false},
              {"condeferred", false},
              {"convalidated", says.enforced},
              {"conrelid", constraint.of->oid},
              {"contypid", 0},
              {"conindid", constraint.index},
              {"conparentid", 0},
              {"confrelid", 0},
              {"confupdtype", " "},
              {"confdeltype", " "},
              {"confmatchtype", " "},
              {"conislocal", true},
              {"coninhcount", 0},
              {"connoinherit", constraint.index != 0},
              {"conkey", "{" + Numbers(constraint.columns, ",") + "}"}});
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
              {"definition", view->query + ";"}});
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

void Rewrites(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (of.kind != 'v' || of.object == nullptr) continue;
    rows.Add({{"oid", source.facts.OidOf(of.object->id, "type") ^ 1U},
              {"rulename", "_RETURN"},
              {"ev_class", of.oid},
              {"ev_type", "1"},
              {"ev_enabled", "O"},
              {"is_instead", true}});
  }
}

/// What a sequence belongs to: what tools ask of pg_depend.
void Dependencies(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    const auto* sequence = dynamic_cast<const catalog::Sequence*>(of.object.get());
    if (sequence == nullptr || !sequence->owner) continue;
    rows.Add({{"classid", kClassRelation},
              {"objid", of.oid},
              {"objsubid", 0},
              {"refclassid", kClassRelation},
              {"refobjid", source.facts.OidOf(sequence->owner->table.value())},
              {"refobjsubid", sequence->owner->column.value()},
              {"deptype", sequence->owner->identity ? "i" : "a"}});
  }
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
          {kCatalogSchema, "pg_depend", Dependencies}};
}

}  // namespace firn::sql::pg_catalog

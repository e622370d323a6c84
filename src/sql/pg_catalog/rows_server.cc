#include "sql/pg_catalog/privileges.h"
#include "sql/pg_catalog/rows_internal.h"

namespace firn::sql::pg_catalog {
namespace {

constexpr int kUtf8 = 6;
constexpr Oid kDefaultTablespace = 1663;

void Databases(const Source& source, Rows& rows) {
  const auto add = [&](Oid oid, std::string_view name) {
    rows.Add({{"oid", oid},
              {"datname", name},
              {"datdba", OwnerOf(source.facts, catalog::kDatabaseTarget).oid},
              {"encoding", kUtf8},
              {"datlocprovider", "c"},
              {"datistemplate", false},
              {"datallowconn", true},
              {"datconnlimit", -1},
              {"datfrozenxid", 0},
              {"datminmxid", 0},
              {"dattablespace", kDefaultTablespace},
              {"datcollate", "C"},
              {"datctype", "C.UTF-8"},
              {"datacl",
               AclText(source.facts, catalog::kDatabaseTarget, catalog::TargetKind::kDatabase)}});
  };
  add(kDatabase, catalog::kDefaultDatabase);
  // The same under the name this session came by.
  if (source.facts.database() != catalog::kDefaultDatabase) {
    add(kDatabase + 1, source.facts.database());
  }
}

void Roles(const Source& source, Rows& rows) {
  const bool table = rows.relation().name == "pg_authid";
  for (const auto& role : source.facts.roles()) {
    const auto& says = *role.says;
    rows.Add({{"rolname", role.name},
              {"rolsuper", says.superuser},
              {"rolinherit", says.inherit},
              {"rolcreaterole", says.create_role},
              {"rolcreatedb", says.create_db},
              {"rolcanlogin", says.login},
              {"rolreplication", says.replication},
              {"rolconnlimit", says.connection_limit}});
    if (says.valid_until_us) rows.Set("rolvaliduntil", TimestampText(*says.valid_until_us));
    rows.Set("rolbypassrls", says.bypass_rls);
    rows.Set("oid", role.oid);
    if (!table) rows.Set("rolpassword", "********");
  }
}

void Users(const Source& source, Rows& rows) {
  for (const auto& role : source.facts.roles()) {
    if (!role.says->login) continue;
    rows.Add({{"usename", role.name},
              {"usesysid", role.oid},
              {"usecreatedb", role.says->create_db},
              {"usesuper", role.says->superuser},
              {"userepl", role.says->replication},
              {"usebypassrls", role.says->bypass_rls},
              {"passwd", "********"}});
  }
}

void Members(const Source& source, Rows& rows) {
  for (const auto& role : source.facts.roles()) {
    for (const auto& in : role.says->member_of) {
      for (const auto& of : source.facts.roles()) {
        if (of.says->id != in.role) continue;
        rows.Add({{"roleid", of.oid},
                  {"member", role.oid},
                  {"grantor", kOwner},
                  {"admin_option", in.admin}});
      }
    }
  }
}

void Groups(const Source& source, Rows& rows) {
  for (const auto& group : source.facts.roles()) {
    if (group.says->login) continue;
    std::string members;
    for (const auto& role : source.facts.roles()) {
      for (const auto& in : role.says->member_of) {
        if (in.role != group.says->id) continue;
        members += (members.empty() ? "" : ",") + std::to_string(role.oid);
      }
    }
    rows.Add({{"groname", group.name}, {"grosysid", group.oid}, {"grolist", "{" + members + "}"}});
  }
}

void DefaultAcls(const Source& source, Rows& rows) {
  constexpr std::string_view kKinds = "rSn";  // tables, sequences, schemas
  for (const auto& rights : source.facts.catalog().All<catalog::DefaultRights>()) {
    Oid owner = kOwner;
    for (const auto& role : source.facts.roles()) {
      if (role.says->id == rights->role) owner = role.oid;
    }
    const auto schema = source.facts.catalog().FindObject(rights->in_schema);
    rows.Add({{"oid", source.facts.OidOf(rights->id)},
              {"defaclrole", owner},
              {"defaclnamespace", schema == nullptr ? 0 : source.facts.NamespaceOid(schema->name)},
              {"defaclobjtype", kKinds[static_cast<size_t>(rights->of)]},
              {"defaclacl", AclText(source.facts, *rights)}});
  }
}

void Activity(const Source& source, Rows& rows) {
  for (const auto& session : source.services.registry.Rows()) {
    Oid user = 0;
    for (const auto& role : source.facts.roles()) {
      if (role.name == session.user) user = role.oid;
    }
    rows.Add({{"datid", kDatabase},
              {"datname", session.database},
              {"pid", session.pid},
              {"usesysid", user},
              {"usename", session.user},
              {"application_name", session.application_name}});
    if (!IsEnabled(source.facts, session.user)) {
      rows.Set("query", "<insufficient privilege>");
      continue;
    }
    rows.Set("client_addr", session.client_address);
    rows.Set("backend_start", TimestampText(session.connected_us));
    rows.Set("query_start", TimestampText(session.query_started_us));
    rows.Set("state", session.state);
    rows.Set("query", session.query);
    rows.Set("backend_type", "client backend");
  }
}

void SettingRows(const Source& source, Rows& rows) {
  for (const auto& [name, value] : source.settings) {
    rows.Add({{"name", name},
              {"setting", value},
              {"category", "Client Connection Defaults"},
              {"short_desc", ""},
              {"context", "user"},
              {"vartype", "string"},
              {"source", "default"},
              {"boot_val", value},
              {"reset_val", value},
              {"pending_restart", false}});
    for (const auto& parameter : AllParameters()) {
      if (parameter.name != name) continue;
      rows.Set("short_desc", parameter.description);
      rows.Set("boot_val", parameter.default_value);
      rows.Set("reset_val", parameter.default_value);
      if (parameter.kind == ParameterKind::kBool) rows.Set("vartype", "bool");
      if (parameter.kind == ParameterKind::kInteger) rows.Set("vartype", "integer");
      if (parameter.kind == ParameterKind::kChoice) rows.Set("vartype", "enum");
      if (parameter.kind == ParameterKind::kReadOnly) rows.Set("context", "internal");
    }
  }
}

void TableCounts(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (of.table == nullptr) continue;
    rows.Add(
        {{"relid", of.oid},
         {"schemaname", of.schema},
         {"relname", of.name},
         {"n_live_tup", MayAnyOf(source.facts, of, {catalog::Right::kSelect}) ? RowCount(source, of)
                                                                              : int64_t{0}},
         {"n_dead_tup", 0}});
  }
}

}  // namespace

std::vector<Producer> ServerProducers() {
  return {{kCatalogSchema, "pg_database", Databases},
          {kCatalogSchema, "pg_authid", Roles},
          {kCatalogSchema, "pg_roles", Roles},
          {kCatalogSchema, "pg_auth_members", Members},
          {kCatalogSchema, "pg_group", Groups},
          {kCatalogSchema, "pg_default_acl", DefaultAcls},
          {kCatalogSchema, "pg_user", Users},
          {kCatalogSchema, "pg_shadow", Users},
          {kCatalogSchema, "pg_stat_activity", Activity},
          {kCatalogSchema, "pg_settings", SettingRows},
          {kCatalogSchema, "pg_stat_user_tables", TableCounts},
          {kCatalogSchema, "pg_stat_all_tables", TableCounts}};
}

}  // namespace firn::sql::pg_catalog

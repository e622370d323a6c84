#include "sql/session_settings.h"

#include <array>
#include <unordered_map>
#include <utility>

#include "base/settings.h"
#include "sql/parameter_value.h"

namespace firn::sql {
namespace {

using Kind = ParameterKind;
using Definition = ParameterDefinition;

constexpr std::string_view kLevels = "debug5|debug4|debug3|debug2|debug1|log|notice|warning|error";
constexpr std::string_view kIsolations =
    "serializable|repeatable read|read committed|read uncommitted";

constexpr std::array kParameters = {
    Definition{"application_name", Kind::kText, "", "Name of the client's program", "", 0, 0, true},
    Definition{"array_nulls", Kind::kChoice, "on", "NULL in an array's text is a null", "on"},
    Definition{"backslash_quote", Kind::kChoice, "safe_encoding", "No effect with this encoding",
               "safe_encoding|on|off"},
    Definition{"block_size", Kind::kReadOnly, "8192", "As PostgreSQL's; firn has no blocks"},
    Definition{"bytea_output", Kind::kChoice, "hex", "How bytea is shown as text", "hex|escape"},
    Definition{"check_function_bodies", Kind::kBool, "on", "No effect: there are no functions"},
    Definition{"client_encoding", Kind::kText, "UTF8", "Encoding of the client: UTF8", "", 0, 0,
               true},
    Definition{"client_min_messages", Kind::kChoice, "notice",
               "Least severe message sent to the client", kLevels},
    Definition{"DateStyle", Kind::kText, "ISO, MDY", "How dates are shown and read", "", 0, 0,
               true},
    Definition{"default_table_access_method", Kind::kChoice, "iceberg", "How tables are kept",
               "iceberg|heap"},
    Definition{"default_tablespace", Kind::kText, "", "Tablespace of new tables"},
    Definition{"default_text_search_config", Kind::kText, "pg_catalog.simple",
               "No effect: there is no text search"},
    Definition{"default_toast_compression", Kind::kText, "pglz", "No effect: files are compressed"},
    Definition{"default_transaction_deferrable", Kind::kBool, "off",
               "No effect without SERIALIZABLE"},
    Definition{"default_transaction_isolation", Kind::kChoice, "read committed",
               "Isolation of new transactions", kIsolations},
    Definition{"default_transaction_read_only", Kind::kBool, "off",
               "Whether new transactions refuse writes", "", 0, 0, true},
    Definition{"effective_cache_size", Kind::kMemory, "4GB", "No effect on the planner"},
    Definition{"enable_hashjoin", Kind::kBool, "on", "No effect on the planner"},
    Definition{"enable_indexscan", Kind::kBool, "on", "No effect on the planner"},
    Definition{"enable_mergejoin", Kind::kBool, "on", "No effect on the planner"},
    Definition{"enable_nestloop", Kind::kBool, "on", "No effect on the planner"},
    Definition{"enable_seqscan", Kind::kBool, "on", "No effect on the planner"},
    Definition{"escape_string_warning", Kind::kBool, "on", "No effect: there are no warnings"},
    Definition{"extra_float_digits", Kind::kInteger, "1",
               "Above 0 floats are shown in their shortest exact form", "", -15, 3},
    Definition{"firn.as_of", Kind::kText, "",
               "LSN or time whose rows every table shows, read only; empty: now"},
    Definition{
        "firn.numeric", Kind::kChoice, "decimal",
        "How new columns keep a numeric without size: decimal(38,9), or text with all digits",
        "decimal|text"},
    Definition{"firn.unenforced_constraints", Kind::kChoice, "refuse",
               "Whether UNIQUE and FOREIGN KEY are recorded without being enforced",
               "refuse|accept"},
    Definition{"firn.version", Kind::kReadOnly, "", "Version of firn"},
    Definition{"idle_in_transaction_session_timeout", Kind::kDuration, "0",
               "Longest time a session may be idle in a transaction; 0: any"},
    Definition{"idle_session_timeout", Kind::kDuration, "0",
               "Longest time a session may be idle outside a transaction; 0: any"},
    Definition{"in_hot_standby", Kind::kReadOnly, "off", "There is no standby", "", 0, 0, true},
    Definition{"integer_datetimes", Kind::kReadOnly, "on", "Dates and times are integers", "", 0, 0,
               true},
    Definition{"IntervalStyle", Kind::kChoice, "postgres", "How intervals are shown", "postgres", 0,
               0, true},
    Definition{"is_superuser", Kind::kReadOnly, "on", "Whether the role is a superuser", "", 0, 0,
               true},
    Definition{"jit", Kind::kBool, "off", "No effect: the engine is vectorised"},
    Definition{"lc_collate", Kind::kReadOnly, "C", "Order of text"},
    Definition{"lc_ctype", Kind::kReadOnly, "C.UTF-8", "Classes of characters"},
    Definition{"lc_messages", Kind::kText, "C", "Language of messages: English", "", 0, 0, false,
               true},
    Definition{"lc_monetary", Kind::kText, "C", "No effect"},
    Definition{"lc_numeric", Kind::kText, "C", "No effect"},
    Definition{"lc_time", Kind::kText, "C", "No effect"},
    Definition{"lock_timeout", Kind::kDuration, "0",
               "No effect: writes of append-only tables do not wait"},
    Definition{"maintenance_work_mem", Kind::kMemory, "64MB", "No effect: see memory_limit"},
    Definition{"max_identifier_length", Kind::kReadOnly, "63", "Most bytes of a name"},
    Definition{"max_connections", Kind::kReadOnly, "1000", "Most sessions at once"},
    Definition{"max_index_keys", Kind::kReadOnly, "32", "As PostgreSQL's"},
    Definition{"max_parallel_workers_per_gather", Kind::kInteger, "2", "No effect: see threads", "",
               0, 1024},
    Definition{"max_prepared_transactions", Kind::kReadOnly, "0", "There is no two-phase commit"},
    Definition{"password_encryption", Kind::kChoice, "scram-sha-256", "How passwords are kept",
               "scram-sha-256"},
    Definition{"quote_all_identifiers", Kind::kBool, "off", "No effect"},
    Definition{"random_page_cost", Kind::kText, "4", "No effect on the planner"},
    Definition{"role", Kind::kRole, "none", "Current role"},
    Definition{"row_security", Kind::kBool, "on", "No effect: there are no policies"},
    Definition{"search_path", Kind::kNames, "\"$user\", public",
               "Schemas in which names are looked up"},
    Definition{"server_encoding", Kind::kReadOnly, "UTF8", "Encoding of the server", "", 0, 0,
               true},
    Definition{"server_version", Kind::kReadOnly, kServerVersion, "Version of PostgreSQL spoken",
               "", 0, 0, true},
    Definition{"server_version_num", Kind::kReadOnly, kServerVersionNumber, "The same as a number"},
    Definition{"session_authorization", Kind::kRole, "", "Role of the session", "", 0, 0, true},
    Definition{"session_replication_role", Kind::kChoice, "origin",
               "No effect: there are no triggers", "origin|replica|local", 0, 0, false, true},
    Definition{"ssl", Kind::kReadOnly, "off", "Whether clients may use TLS"},
    Definition{"standard_conforming_strings", Kind::kChoice, "on",
               "Backslashes in '...' stand for themselves", "on", 0, 0, true},
    Definition{"statement_timeout", Kind::kDuration, "0",
               "Longest time a statement may take; 0: any"},
    Definition{"synchronize_seqscans", Kind::kBool, "on", "No effect: scans do not wait"},
    Definition{"synchronous_commit", Kind::kChoice, "on",
               "Every commit is durable when it returns, whatever this says",
               "on|off|local|remote_write|remote_apply"},
    Definition{"TimeZone", Kind::kZone, "UTC", "Time zone in which times are shown and read", "", 0,
               0, true},
    Definition{"tcp_keepalives_count", Kind::kInteger, "0", "No effect: the system's", "", 0, 1000},
    Definition{"tcp_keepalives_idle", Kind::kInteger, "0", "No effect: the system's"},
    Definition{"tcp_keepalives_interval", Kind::kInteger, "0", "No effect: the system's"},
    Definition{"temp_buffers", Kind::kMemory, "8MB", "No effect: see memory_limit"},
    Definition{"temp_tablespaces", Kind::kText, "", "No effect"},
    Definition{"transaction_deferrable", Kind::kBool, "off", "No effect without SERIALIZABLE"},
    Definition{"transaction_isolation", Kind::kChoice, "", "Isolation of this transaction",
               kIsolations},
    Definition{"transaction_read_only", Kind::kBool, "", "Whether this transaction refuses writes"},
    Definition{"transform_null_equals", Kind::kChoice, "off", "x = NULL is null", "off"},
    Definition{"vacuum_cost_delay", Kind::kDuration, "0", "No effect"},
    Definition{"work_mem", Kind::kMemory, "4MB",
               "Rows a cursor keeps in memory; the rest goes to a file"},
    Definition{"xmloption", Kind::kChoice, "content", "There is no xml", "content|document"},
};

Failure Unrecognized(std::string_view name) {
  auto error = MakeError(ErrorCode::kNotFound, "unrecognized configuration parameter \"{}\"", name)
                   .WithSqlState("42704");
  const auto lower = LowerCase(name);
  for (const auto& setting : AllSettings()) {
    if (setting.name != lower) continue;
    error.hint =
        "It is the server's: SELECT * FROM firn.settings shows it, firn.toml and a restart "
        "change it.";
  }
  return Fail(std::move(error));
}

/// A name with a dot is a setting of the client's own, as in PostgreSQL; ours are listed.
bool IsCustom(std::string_view name) {
  return name.find('.') != std::string_view::npos && !LowerCase(name).starts_with("firn.");
}

Status CheckSetter(const Definition& parameter, SetBy by) {
  const bool role = parameter.kind == Kind::kRole;
  if (!role && (!parameter.superuser || by == SetBy::kSuperuser)) return {};
  return Fail(
      MakeError(ErrorCode::kDenied, "permission denied to set parameter \"{}\"", parameter.name)
          .WithSqlState("42501"));
}

}  // namespace

const ParameterDefinition* FindParameter(std::string_view name) {
  // Statements ask for some by the name that is in the table.
  static const auto* const kByName = [] {
    auto* const names = new std::unordered_map<std::string_view, const Definition*>;
    for (const auto& parameter : kParameters) names->emplace(parameter.name, &parameter);
    return names;
  }();
  if (const auto found = kByName->find(name); found != kByName->end()) return found->second;
  for (const auto& parameter : kParameters) {
    if (EqualsIgnoringCase(parameter.name, name)) return &parameter;
  }
  return nullptr;
}

std::span<const ParameterDefinition> AllParameters() {
  return kParameters;
}

SessionSettings::SessionSettings() : state_(std::make_shared<State>()) {}

void SessionSettings::Change(const std::function<void(State&)>& change) {
  auto next = std::make_shared<State>(*state_);
  change(*next);
  state_ = std::move(next);
}

Status SessionSettings::SetInitial(std::string_view name, std::string_view value, SetBy by) {
  const auto* parameter = FindParameter(name);
  if (!parameter) {
    if (!IsCustom(name)) return Unrecognized(name);
    initial_[LowerCase(name)] = value;
    return {};
  }
  FIRN_RETURN_IF_ERROR(CheckSetter(*parameter, by));
  FIRN_TRY(initial_[std::string(parameter->name)], ReadParameter(*parameter, value));
  values_state_.reset();
  return {};
}

void SessionSettings::SetInitialRole(std::string_view name, Role role) {
  initial_roles_[std::string(name)] = std::move(role);
}

void SessionSettings::SetServer(std::string_view name, std::string value) {
  initial_[std::string(name)] = std::move(value);
  values_state_.reset();
}

Status SessionSettings::Set(std::string_view name, std::string_view value, bool local, SetBy by) {
  const auto* parameter = FindParameter(name);
  if (!parameter && !IsCustom(name)) return Unrecognized(name);
  std::string key = parameter ? std::string(parameter->name) : LowerCase(name);
  std::string text(value);
  if (parameter) {
    FIRN_RETURN_IF_ERROR(CheckSetter(*parameter, by));
    FIRN_TRY(text, ReadParameter(*parameter, value));
    if (key.ends_with("transaction_isolation") && text == "serializable") {
      return Fail(MakeError(ErrorCode::kUnsupported, "SERIALIZABLE is not supported")
                      .WithSqlState("0A000")
                      .WithHint("Use REPEATABLE READ: one snapshot for the whole transaction."));
    }
    if (key == "transaction_isolation" || key == "transaction_read_only") local = true;
  }
  Change([&](State& state) {
    if (local) {
      state.local[key] = text;
    } else {
      state.local.erase(key);
      state.session[key] = text;
    }
  });
  return {};
}

void SessionSettings::Put(std::string_view name, std::string value, bool local) {
  Change([&](State& state) {
    if (local) {
      state.local[std::string(name)] = value;
    } else {
      state.local.erase(std::string(name));
      state.session[std::string(name)] = value;
    }
  });
}

void SessionSettings::SetRole(std::string_view name, Role role, bool local) {
  Change([&](State& state) {
    state.local_roles.erase(std::string(name));
    (local ? state.local_roles : state.session_roles)[std::string(name)] = std::move(role);
  });
}

std::optional<SessionSettings::Role> SessionSettings::FindRole(std::string_view name) const {
  for (const auto* roles : {&state_->local_roles, &state_->session_roles, &initial_roles_}) {
    if (const auto found = roles->find(name); found != roles->end()) return found->second;
  }
  return std::nullopt;
}

void SessionSettings::ResetRole(std::string_view name) {
  Change([&](State& state) {
    state.local_roles.erase(std::string(name));
    state.session_roles.erase(std::string(name));
  });
}

Status SessionSettings::Reset(std::string_view name, bool local, SetBy by) {
  const auto* parameter = FindParameter(name);
  if (!parameter && !IsCustom(name)) return Unrecognized(name);
  if (parameter) {
    FIRN_RETURN_IF_ERROR(CheckSetter(*parameter, by));
    if (parameter->kind == Kind::kReadOnly) FIRN_RETURN_IF_ERROR(ReadParameter(*parameter, ""));
  }
  const std::string key = parameter ? std::string(parameter->name) : LowerCase(name);
  Change([&](State& state) {
    state.local.erase(key);
    if (local) {
      state.local[key] = InitialValue(key);
    } else {
      state.session.erase(key);
    }
  });
  return {};
}

void SessionSettings::ResetAll() {
  const auto goes = [](const auto& entry) {
    return !entry.first.starts_with("transaction_") && entry.first != "is_superuser";
  };
  Change([&](State& state) {
    std::erase_if(state.local, goes);
    std::erase_if(state.session, goes);
  });
}

void SessionSettings::ResetUsers() {
  Change([&](State& state) {
    state.local.erase("is_superuser");
    state.session.erase("is_superuser");
    state.local_roles.clear();
    state.session_roles.clear();
  });
}

std::string SessionSettings::InitialValue(std::string_view canonical) const {
  if (const auto found = initial_.find(canonical); found != initial_.end()) return found->second;
  const auto* parameter = FindParameter(canonical);
  return parameter ? std::string(parameter->default_value) : std::string();
}

std::string SessionSettings::Value(std::string_view canonical) const {
  if (const auto role = FindRole(canonical)) return role->name;
  if (const auto found = state_->local.find(canonical); found != state_->local.end()) {
    return found->second;
  }
  if (const auto found = state_->session.find(canonical); found != state_->session.end()) {
    return found->second;
  }
  return InitialValue(canonical);
}

Result<std::string> SessionSettings::Show(std::string_view name) const {
  const auto* parameter = FindParameter(name);
  if (parameter) {
    if (parameter->name == "transaction_isolation" || parameter->name == "transaction_read_only") {
      auto value = Value(parameter->name);
      return value.empty() ? Value(fmt::format("default_{}", parameter->name)) : value;
    }
    return Value(parameter->name);
  }
  const auto key = LowerCase(name);
  const bool known =
      state_->local.contains(key) || state_->session.contains(key) || initial_.contains(key);
  if (!known) return Unrecognized(name);
  return Value(key);
}

void SessionSettings::EndTransaction() {
  if (state_->local.empty() && state_->local_roles.empty()) return;
  Change([](State& state) {
    state.local.clear();
    state.local_roles.clear();
  });
}

std::vector<std::pair<std::string, std::string>> SessionSettings::Reported() const {
  std::vector<std::pair<std::string, std::string>> reported;
  for (const auto& parameter : kParameters) {
    if (parameter.reported) reported.emplace_back(parameter.name, Value(parameter.name));
  }
  return reported;
}

std::vector<std::pair<std::string, std::string>> SessionSettings::TakeReports() {
  if (reported_state_ == state_) return {};
  std::vector<std::pair<std::string, std::string>> changed;
  const bool first = reported_state_ == nullptr;
  reported_state_ = state_;
  for (auto& [name, value] : Reported()) {
    auto& last = reported_[name];
    if (!first && last != value) changed.emplace_back(name, value);
    last = value;
  }
  return changed;
}

const SessionSettings::Values& SessionSettings::Now() const {
  if (values_state_ == state_) return values_;
  const auto milliseconds = [this](std::string_view name) {
    const auto value = ReadMilliseconds(Value(name));
    return value ? *value : 0;
  };
  const auto work_mem = ParseBytes(Value("work_mem"));
  auto path = SplitNames(Value("search_path"));
  const auto isolation = Show("transaction_isolation");
  const auto read_only = Show("transaction_read_only");
  values_ = {
      .style = Style(),
      .statement_timeout_ms = milliseconds("statement_timeout"),
      .idle_timeout_ms = milliseconds("idle_session_timeout"),
      .idle_in_transaction_timeout_ms = milliseconds("idle_in_transaction_session_timeout"),
      .work_mem_bytes = work_mem ? *work_mem : 0,
      .search_path = path ? *std::move(path) : std::vector<std::string>(),
      .isolation = isolation && *isolation == "repeatable read" ? Isolation::kRepeatableRead
                                                                : Isolation::kReadCommitted,
      .read_only = read_only && *read_only == "on",
      .as_of = Value("firn.as_of"),
  };
  values_state_ = state_;
  return values_;
}

std::shared_ptr<const columnar::TextStyle> SessionSettings::Style() const {
  columnar::TextStyle style;
  const auto zone = Value("TimeZone");
  if (zone != "UTC") {
    auto found = columnar::TimeZone::Find(EngineZone(zone));
    if (found) style.zone = *std::move(found);
  }
  style.extra_float_digits = std::atoi(Value("extra_float_digits").c_str());
  style.bytea_escape = Value("bytea_output") == "escape";
  if (values_.style && *values_.style == style) return values_.style;
  return std::make_shared<columnar::TextStyle>(style);
}

}  // namespace firn::sql

// sql: what SET, SHOW and RESET speak of: PostgreSQL's parameters as far as clients use them.
//
// Each has a name, a default and a check; one whose meaning firn does not have takes only values
// that ask for what firn does anyway. Changes belong to the transaction: a rollback undoes them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "columnar/text_style.h"

namespace firn::sql {

/// The version of PostgreSQL that clients are told, and how version() begins.
inline constexpr std::string_view kServerVersion = "15.8";
inline constexpr std::string_view kServerVersionNumber = "150008";

enum class ParameterKind : uint8_t {
  kText,      // anything
  kBool,      // shown as on or off
  kInteger,   // `low` to `high`
  kDuration,  // milliseconds without a unit
  kMemory,    // kB without a unit
  kChoice,    // one of `choices`
  kNames,     // a list of identifiers
  kZone,      // a time zone
  kRole,      // whose rights a session has: only by SetRole
  kReadOnly,
};

struct ParameterDefinition {
  std::string_view name;
  ParameterKind kind;
  std::string_view default_value;
  std::string_view description;
  std::string_view choices = "";  // separated by |
  int64_t low = 0;
  int64_t high = 2147483647;
  bool reported = false;   // told to the client when it changes
  bool superuser = false;  // set by superusers only
};

/// By any case of its name; null: there is none.
const ParameterDefinition* FindParameter(std::string_view name);
/// In alphabetical order, as SHOW ALL prints them.
std::span<const ParameterDefinition> AllParameters();

/// By whom a parameter is changed.
enum class SetBy : uint8_t { kAnyone, kSuperuser };

enum class Isolation : uint8_t { kReadCommitted, kRepeatableRead };

/// The parameters of one session. What a client asks for comes through RunSet (utility.h), which
/// knows the roles. Threads: confined to one.
class SessionSettings {
 public:
  struct Role {
    Uuid id;  // nil: NONE
    std::string name;
  };
  using Roles = std::map<std::string, Role, std::less<>>;
  struct State {
    std::map<std::string, std::string, std::less<>> session;
    std::map<std::string, std::string, std::less<>> local;  // until the transaction ends
    Roles session_roles, local_roles;                       // of the parameters that are roles
  };
  /// Kept at BEGIN and at savepoints.
  using Saved = std::shared_ptr<const State>;

  SessionSettings();

  /// From the startup message: what RESET goes back to. Errors as of Set.
  Status SetInitial(std::string_view name, std::string_view value, SetBy by);
  void SetInitialRole(std::string_view name, Role role);
  /// A value fixed by the server (session_authorization, is_superuser …).
  void SetServer(std::string_view name, std::string value);

  /// SET [LOCAL] name TO value. Errors: 42704 no such parameter, 22023 the value, 55P02 fixed,
  /// 0A000 a value PostgreSQL would take and firn does not have, 42501 for superusers only, or a
  /// role: that is SetRole's, after the rights were asked for.
  Status Set(std::string_view name, std::string_view value, bool local, SetBy by);
  void SetRole(std::string_view name, Role role, bool local);
  /// Nothing: not set. Its id, unlike its name, stands for the same role for ever.
  std::optional<Role> FindRole(std::string_view name) const;
  /// A value that follows from others, unchecked: is_superuser.
  void Put(std::string_view name, std::string value, bool local);
  /// LOCAL: until the transaction ends.
  Status Reset(std::string_view name, bool local, SetBy by);
  void ResetRole(std::string_view name);
  /// All but who the session is.
  void ResetAll();
  /// RESET ROLE and SESSION AUTHORIZATION.
  void ResetUsers();
  /// The value as SHOW prints it. 42704.
  Result<std::string> Show(std::string_view name) const;
  Saved Save() const { return state_; }
  void Restore(Saved saved) { state_ = std::move(saved); }
  /// The end of a committed transaction: SET LOCAL is over.
  void EndTransaction();

  /// Whether a setting changed since TakeReports().
  bool MayHaveReports() const { return reported_state_ != state_; }
  /// Reported parameters whose value differs from the last time asked.
  std::vector<std::pair<std::string, std::string>> TakeReports();
  /// All reported parameters with their values.
  std::vector<std::pair<std::string, std::string>> Reported() const;

  // Asked for with each statement: worked out once for each change. Times: 0 is none.
  int64_t statement_timeout_ms() const { return Now().statement_timeout_ms; }
  int64_t idle_timeout_ms() const { return Now().idle_timeout_ms; }
  int64_t idle_in_transaction_timeout_ms() const { return Now().idle_in_transaction_timeout_ms; }
  /// How values are read and shown. Shared until a setting changes it.
  const std::shared_ptr<const columnar::TextStyle>& text_style() const { return Now().style; }
  int64_t work_mem_bytes() const { return Now().work_mem_bytes; }
  /// search_path as it is set, "$user" and all (relation_names.h has what it comes to).
  const std::vector<std::string>& search_path() const { return Now().search_path; }
  Isolation isolation() const { return Now().isolation; }
  bool read_only() const { return Now().read_only; }
  /// As PastFromText reads it.
  const std::string& as_of() const { return Now().as_of; }

 private:
  struct Values {
    std::shared_ptr<const columnar::TextStyle> style;
    int64_t statement_timeout_ms = 0;
    int64_t idle_timeout_ms = 0;
    int64_t idle_in_transaction_timeout_ms = 0;
    int64_t work_mem_bytes = 0;
    std::vector<std::string> search_path;
    Isolation isolation = Isolation::kReadCommitted;
    bool read_only = false;
    std::string as_of;
  };
  const Values& Now() const;
  std::shared_ptr<const columnar::TextStyle> Style() const;
  void Change(const std::function<void(State&)>& change);
  std::string Value(std::string_view canonical) const;
  std::string InitialValue(std::string_view canonical) const;

  std::map<std::string, std::string, std::less<>> initial_;
  Roles initial_roles_;
  Saved state_;
  Saved reported_state_;
  mutable Values values_;
  mutable Saved values_state_;  // what values_ were made of
  std::map<std::string, std::string, std::less<>> reported_;
};

}  // namespace firn::sql

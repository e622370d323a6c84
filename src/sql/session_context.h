// sql: what a statement works with: its session's identity, settings, transaction, and the way
// to be cancelled. Statements are functions of it; only Session keeps protocol state.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "catalog/objects/role.h"
#include "sql/cancellation.h"
#include "sql/sequences.h"
#include "sql/services.h"
#include "sql/session_settings.h"
#include "sql/transaction.h"

namespace firn::sql {

namespace pg_catalog {
class Facts;
class CallToken;
}  // namespace pg_catalog

/// What names and rights are looked up in: as long as it is the same, they are what they were.
struct NameScope {
  std::shared_ptr<const catalog::Version> catalog;
  SessionSettings::Saved settings;
  bool operator==(const NameScope&) const = default;
};

struct SessionContext {
  SessionContext(Services& shared, SessionIdentity who)
      : services(shared),
        identity(std::move(who)),
        cancellation(std::make_shared<Cancellation>()),
        held(std::make_shared<SnapshotHold>(cancellation)),
        transaction(services, settings, *cancellation, held,
                    fmt::format("session {}", identity.pid)) {}

  Services& services;
  const SessionIdentity identity;
  SessionSettings settings;
  std::shared_ptr<Cancellation> cancellation;
  std::shared_ptr<SnapshotHold> held;
  Transaction transaction;
  SequenceMemory sequences;
  /// Whose rights count in place of the current role's; null: its own (rights.h).
  catalog::RolePtr acting;
  /// Of the statement's calls that do something (nextval, pg_cancel_backend), by their index.
  std::map<size_t, int64_t> call_answers;
  /// Views that are being expanded, the outer ones first, and how many were in this statement.
  struct ViewsExpanded {
    std::vector<Uuid> open;
    int count = 0;
  };
  mutable ViewsExpanded views;
  /// What UsablePath answered last.
  mutable std::pair<NameScope, std::vector<std::string>> usable_path;
  /// What pg_catalog::Facts::Of answered last.
  mutable std::shared_ptr<const pg_catalog::Facts> catalog_facts;
  /// Of the statement, once one of its functions looks into the catalog.
  mutable std::shared_ptr<pg_catalog::CallToken> catalog_token;
};

/// Of the statement's view.
inline NameScope NameScopeOf(const SessionContext& session) {
  return {session.transaction.view().catalog, session.settings.Save()};
}

/// Runs engine work on the pool; a cancellation interrupts it until it ends.
template <typename Work>
Task<std::invoke_result_t<Work>> RunInterruptibly(SessionContext& session,
                                                  engine::Interrupter interrupter, Work work) {
  auto allowed = session.cancellation->Check();
  if (!allowed) co_return Failure(std::move(allowed).error());
  session.cancellation->SetInterrupt([interrupter] { interrupter.Interrupt(); });
  auto result = co_await RunOn(session.services.workers, std::move(work));
  session.cancellation->SetInterrupt(nullptr);
  // The engine says that it was interrupted; the session knows why.
  auto asked = session.cancellation->Check();
  if (!result && !asked) co_return Failure(std::move(asked).error());
  co_return result;
}

}  // namespace firn::sql

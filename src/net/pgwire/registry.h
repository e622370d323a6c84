// pgwire: who is connected: counts them, finds them for CancelRequest, ends them at Stop.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/result.h"
#include "net/pgwire/message.h"
#include "net/pgwire/stream.h"
#include "net/session.h"

namespace firn::net::pgwire {

/// Threads:  any.
/// Lifetime: a Peer that was added stays until Remove().
class Registry {
 public:
  /// One connection as the registry knows it.
  struct Peer {
    Stream* stream = nullptr;
    Session* session = nullptr;  // from Attach to Detach
    CancelKey key;               // process_id 0: no session yet
    // The registry's own: where it stands among those that have not said who they are.
    std::optional<std::list<Peer*>::iterator> stranger;
  };

  explicit Registry(size_t max_sessions) : max_sessions_(max_sessions) {}

  /// One more of those that have not said who they are. When there are many, the one that has
  /// been silent longest has to go, so that they keep nobody out. 53300 when even those that are
  /// going are too many; 57P03 stopping.
  Status Add(Peer& peer);
  /// Makes the connection a session: gives it its process id and secret. 53300, 57P03.
  Status Admit(Peer& peer);
  void Attach(Peer& peer, Session& session);
  /// No Cancel() reaches the session once this has returned.
  void Detach(Peer& peer);
  void Remove(Peer& peer);

  /// Nothing happens unless the key is exactly that of a session.
  void Cancel(const CancelKey& key);
  /// Cancels what a session runs; false when there is none with this process id.
  bool Cancel(int32_t process_id);
  /// Ends one session with 57P01; false when there is none with this process id.
  bool Terminate(int32_t process_id);
  /// Ends all; whoever comes later is refused.
  void Stop();
  /// Blocks until all are gone; Cancels again what was about to begin when Stop() came.
  void WaitEmpty();

  size_t session_count() const;

 private:
  static void CancelNow(Peer& peer);
  static void End(Peer& peer, Interruption why);
  void ForgetStranger(Peer& peer);

  const size_t max_sessions_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable empty_;
  std::unordered_set<Peer*> peers_;
  std::list<Peer*> strangers_;  // the first came first
  std::unordered_map<int32_t, Peer*> sessions_;
  int32_t last_process_id_ = 0;
  bool stopping_ = false;
};

}  // namespace firn::net::pgwire

#include "net/pgwire/registry.h"

#include <chrono>
#include <random>

namespace firn::net::pgwire {
namespace {

// Connections that have not said who they are yet, or only came to cancel.
constexpr size_t kStrangersMax = 100;
// Those of them that were told to go and are not gone yet.
constexpr size_t kLeavingMax = 100;
constexpr auto kCancelAgain = std::chrono::milliseconds(50);

Failure ShuttingDown() {
  return Fail(MakeError(ErrorCode::kOverloaded, "the database system is shutting down")
                  .WithSqlState("57P03"));
}

Failure TooMany(size_t max_sessions) {
  return Fail(MakeError(ErrorCode::kOverloaded, "sorry, too many clients already")
                  .WithSqlState("53300")
                  .WithDetail(fmt::format("max_connections={}", max_sessions)));
}

}  // namespace

Status Registry::Add(Peer& peer) {
  std::lock_guard lock(mutex_);
  if (stopping_) return ShuttingDown();
  if (peers_.size() >= max_sessions_ + kStrangersMax + kLeavingMax) return TooMany(max_sessions_);
  if (strangers_.size() >= kStrangersMax) {
    Peer& first = *strangers_.front();
    ForgetStranger(first);
    End(first, Interruption::kCrowdedOut);
  }
  peers_.insert(&peer);
  peer.stranger = strangers_.insert(strangers_.end(), &peer);
  return {};
}

void Registry::ForgetStranger(Peer& peer) {
  if (!peer.stranger) return;
  strangers_.erase(*peer.stranger);
  peer.stranger.reset();
}

Status Registry::Admit(Peer& peer) {
  std::lock_guard lock(mutex_);
  if (stopping_) return ShuttingDown();
  if (sessions_.size() >= max_sessions_) return TooMany(max_sessions_);
  do {
    last_process_id_ = last_process_id_ == INT32_MAX ? 1 : last_process_id_ + 1;
  } while (sessions_.contains(last_process_id_));
  ForgetStranger(peer);
  std::random_device random;
  peer.key = {last_process_id_, random()};
  sessions_.emplace(peer.key.process_id, &peer);
  return {};
}

void Registry::Attach(Peer& peer, Session& session) {
  std::lock_guard lock(mutex_);
  peer.session = &session;
}

void Registry::Detach(Peer& peer) {
  std::lock_guard lock(mutex_);
  peer.session = nullptr;
}

void Registry::Remove(Peer& peer) {
  std::lock_guard lock(mutex_);
  if (peer.key.process_id != 0) sessions_.erase(peer.key.process_id);
  ForgetStranger(peer);
  peers_.erase(&peer);
  if (peers_.empty()) empty_.notify_all();
}

void Registry::Cancel(const CancelKey& key) {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key.process_id);
  if (found == sessions_.end() || found->second->key.secret != key.secret) return;
  CancelNow(*found->second);
}

bool Registry::Cancel(int32_t process_id) {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(process_id);
  if (found == sessions_.end()) return false;
  CancelNow(*found->second);
  return true;
}

void Registry::CancelNow(Peer& peer) {
  peer.stream->CancelWait();
  if (peer.session != nullptr) peer.session->Cancel();
}

void Registry::End(Peer& peer, Interruption why) {
  // First the reason, then the statement: its error is then told as what it is.
  peer.stream->Interrupt(why);
  if (peer.session != nullptr) peer.session->Cancel();
}

bool Registry::Terminate(int32_t process_id) {
  std::lock_guard lock(mutex_);
  const auto found = sessions_.find(process_id);
  if (found == sessions_.end()) return false;
  End(*found->second, Interruption::kTerminated);
  return true;
}

void Registry::Stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  for (Peer* peer : peers_) End(*peer, Interruption::kShutdown);
}

void Registry::WaitEmpty() {
  std::unique_lock lock(mutex_);
  while (!peers_.empty()) {
    empty_.wait_for(lock, kCancelAgain);
    for (Peer* peer : peers_) {
      if (stopping_ && peer->session != nullptr) peer->session->Cancel();
    }
  }
}

size_t Registry::session_count() const {
  std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace firn::net::pgwire

// net: the threads that speak with clients.
//
// Each has an io_context of its own, and a connection stays with the one it was accepted for: what
// it reads and what it answers wakes no other thread and waits for no lock that others hold. What
// blocks one of them (a lone committer syncs the log) holds up its own sessions, not the listeners.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "base/task.h"

namespace firn::net {

/// A connection's place on one of the threads; counted there until it is destroyed.
class Seat {
 public:
  Seat() = default;
  explicit Seat(std::atomic<int64_t>& connections) : connections_(&connections) { ++*connections_; }
  Seat(Seat&& other) noexcept : connections_(std::exchange(other.connections_, nullptr)) {}
  Seat& operator=(Seat&& other) noexcept {
    std::swap(connections_, other.connections_);
    return *this;
  }
  ~Seat() {
    if (connections_ != nullptr) --*connections_;
  }
  /// Whether nobody else waits for this thread.
  bool is_alone() const {
    return connections_ != nullptr && connections_->load(std::memory_order_relaxed) == 1;
  }

 private:
  std::atomic<int64_t>* connections_ = nullptr;
};

/// Threads:  any.
/// Lifetime: outlives every connection on it.
class IoThreads {
 public:
  /// `count` for sessions, and one in front of them.
  explicit IoThreads(size_t count);
  /// Stops and waits for the threads.
  ~IoThreads();

  void Start();
  /// The threads end, whatever still waits on them.
  void Stop();
  void Join();

  struct Place {
    asio::io_context& io;
    std::atomic<int64_t>& connections;
  };
  /// For what listens, and for connections that must be answered though sessions wait for the disk:
  /// a thread more.
  Place Front() { return workers_.front()->AsPlace(); }
  /// Where the next session should go: to whoever has the fewest.
  Place Next();

 private:
  struct Worker {
    asio::io_context io{1};  // one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    std::atomic<int64_t> connections{0};
    std::thread thread;

    Place AsPlace() { return {.io = io, .connections = connections}; }
  };

  std::vector<std::unique_ptr<Worker>> workers_;  // the first is the front
};

}  // namespace firn::net

// table: the one path by which anything changes.
//
// A thread that submits while nobody leads becomes the leader: it takes the queue, validates each
// transaction against the root and the group so far, assigns LSNs, appends rows to the
// generations, writes the group to the log, syncs, publishes `visible` (or the next root), and
// answers. Those who come meanwhile form the next group, which a thread kept for that leads: the
// first has its own client to answer. So does the first group after another session's: the thread
// that submits it has the requests of others to read while the disk works. A lone committer never
// waits for company and never changes threads, unless it brings very many rows. DDL, added files
// and flush rounds go through the same queue.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "log/log.h"
#include "table/admission.h"
#include "table/database.h"
#include "table/root.h"

namespace firn::table {

/// What the leader tells when a group is durable.
struct GroupFacts {
  Lsn last_lsn;
  int64_t transactions = 0;
  int64_t row_bytes = 0;
  std::vector<std::pair<Lsn, catalog::Change>> changes;
};

/// Threads: any.
/// Failure: after a failed log write every submission fails, as log::Log says; roots stay. Of a
///          group that the log refused without a write only its own do.
class Committer {
 public:
  using CommitDone = std::function<void(Result<CommitReceipt>)>;
  /// Makes the next root from the current one; runs alone, between two groups.
  using RootChange = std::function<Status(Root& next)>;
  /// Makes the first version of a table that a CreateTable brings.
  using NewTable = std::function<std::shared_ptr<TableVersion>(
      const std::shared_ptr<const catalog::TableDefinition>&)>;

  struct Collaborators {
    log::Log& log;
    const Clock& clock;
    NewTable new_table;
    std::function<void(const GroupFacts&)> on_group;
  };

  Committer(Collaborators collaborators, std::shared_ptr<Root> root, int64_t last_commit_us);
  /// What was submitted is answered first.
  ~Committer();

  void Submit(std::shared_ptr<const CommitRequest> request, CommitDone done);
  /// Several at once: they may share a group.
  void Submit(std::vector<Admission::Writer> writers);
  void Submit(RootChange change, std::function<void(Status)> done);
  void WaitFor(Lsn lsn, std::function<void()> done);

  /// Refuses transactions from now on and returns when those taken are answered. Changes of the
  /// root go on, for the flusher's sake.
  void Stop();

  Snapshot TakeSnapshot() const;
  /// Why the log refused a group some seconds ago, when none was written since.
  Status Refusal() const;
  /// Nothing that a snapshot taken before this call shows was committed later.
  int64_t last_commit_us() const { return last_commit_us_.load(); }

 private:
  struct Item {
    std::shared_ptr<const CommitRequest> request;
    CommitDone done;
    RootChange root_change;  // instead of a request
    std::function<void(Status)> root_done;
  };
  struct Building;

  void Enqueue(std::span<Item> items);
  static bool IsLarge(const Item& item);
  // On the thread of somebody who submitted: what is in the queue, and no more.
  void LeadOnce();
  // On the thread kept for it: until the queue is empty, each time that it is asked to.
  void LeadOn();
  // An exception here would leave rows half applied and nobody leading: better to die and recover.
  void Run(std::vector<Item> items) noexcept;
  /// Those at the front of `items`, which it takes away, that go into one group.
  void RunGroup(std::span<Item>& items);
  void RunRootChange(Item& item);
  Status Admit(Building& building, Item& item);
  Status Validate(const Building& building, const CommitRequest& request,
                  std::shared_ptr<const catalog::Version>* catalog) const;
  void ApplyChanges(Building& building, const CommitRequest& request,
                    std::shared_ptr<const catalog::Version> catalog);
  void ApplyChange(Building& building, const catalog::Change& change);
  void ApplyWrite(Building& building, const TableWrite& write);
  void Finish(Building& building);
  /// `seconds`: what taking its rows back took. Ok: the log writes again.
  void NoteRefusal(Status refused, double seconds);
  /// The rows of a group that the log refused, and wrote nothing of, are in no root any more.
  Status TakeBack(const Building& building);
  void Publish(std::shared_ptr<Root> root);
  // The generations of a root that its successor has no more.
  static void LeaveGenerations(const Root& old, const Root& next);
  void WakeWaiters(Lsn visible);

  Collaborators with_;

  std::mutex queue_mutex_;
  std::vector<Item> queue_;
  bool leading_ = false;
  bool handed_over_ = false;  // to leader_
  std::string last_session_;  // that submitted rows
  bool stopping_ = false;
  bool ending_ = false;
  std::condition_variable idle_;
  std::condition_variable lead_;

  // The leader's own.
  Lsn next_lsn_;
  std::atomic<int64_t> last_commit_us_;  // read by any
  Status broken_;                        // why no group is written any more
  double refused_until_ = 0;             // after a refusal the log is not asked; MonotonicSeconds()

  std::atomic<bool> refusing_{false};  // the last group was refused by the log
  mutable std::mutex refusal_mutex_;
  Status refusal_;         // guarded by refusal_mutex_
  double refused_at_ = 0;  // guarded by refusal_mutex_; MonotonicSeconds()

  mutable std::mutex root_mutex_;
  std::shared_ptr<Root> root_;

  std::mutex waiters_mutex_;
  std::vector<std::pair<Lsn, std::function<void()>>> waiters_;
  std::atomic<size_t> waiter_count_{0};

  std::thread leader_;
};

}  // namespace firn::table

// table: what a test waits for.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "table/database.h"

namespace firn::table {

// The promises are shared with the thread that answers, which may still be inside set_value when
// the test goes on.
inline Result<CommitReceipt> CommitAndWait(Database& database, CommitRequest request) {
  const auto done = std::make_shared<std::promise<Result<CommitReceipt>>>();
  auto answer = done->get_future();
  database.Commit(std::move(request), [done](auto result) { done->set_value(std::move(result)); });
  return answer.get();
}

inline Status FlushAndWait(Database& database) {
  const auto done = std::make_shared<std::promise<Status>>();
  auto answer = done->get_future();
  database.Flush([done](Status status) { done->set_value(std::move(status)); });
  return answer.get();
}

}  // namespace firn::table

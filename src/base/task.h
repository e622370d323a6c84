// base: coroutines. A session is a coroutine on one thread's io_context; what blocks (DuckDB,
// files, SQLite) runs on a WorkerPool and the coroutine comes back to its own executor afterwards.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace firn {

namespace asio = boost::asio;

/// What a coroutine returns: `Task<Result<Rows>> Fetch();`. Starts when awaited.
template <typename T>
using Task = asio::awaitable<T>;

/// Threads for work that blocks.
class WorkerPool {
 public:
  explicit WorkerPool(size_t threads) : pool_(threads) {}
  /// Waits for work already begun.
  ~WorkerPool() { pool_.join(); }

  asio::thread_pool& pool() { return pool_; }

 private:
  asio::thread_pool pool_;
};

/// Suspends until a callback is called, from any thread, exactly once, then goes on with its
/// value on the coroutine's own executor; does not suspend where `start` has called it already.
/// `start` is given the callback and must not throw.
///
///     auto committed = co_await AwaitCallback<Result<Lsn>>(
///         [&](auto done) { committer.Submit(std::move(request), std::move(done)); });
template <typename T, typename Start>
Task<T> AwaitCallback(Start start) {
  // Where the coroutine and the callback meet: whoever comes second goes on.
  struct Meeting {
    std::optional<T> value;
    std::function<void()> resume;
    std::atomic<bool> one_is_here{false};
  };
  auto executor = co_await asio::this_coro::executor;
  const auto meeting = std::make_shared<Meeting>();
  start([executor, meeting](T value) {
    meeting->value.emplace(std::move(value));
    if (!meeting->one_is_here.exchange(true)) return;
    asio::post(executor, [meeting] { meeting->resume(); });
  });
  if (!meeting->one_is_here.load()) {
    auto wait = [executor, meeting](auto handler) {
      const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      meeting->resume = [shared] { std::move (*shared)(); };
      if (!meeting->one_is_here.exchange(true)) return;
      asio::post(executor, [shared] { std::move (*shared)(); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(wait),
                                                                         asio::use_awaitable);
  }
  co_return *std::move(meeting->value);
}

/// Lets what else waits for this thread go first. Whoever may go on for long without waiting for
/// anything says it from time to time.
inline Task<void> Yield() {
  auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

/// Runs `work` on the pool and goes on with what it returned.
template <typename Work>
Task<std::invoke_result_t<Work>> RunOn(WorkerPool& pool, Work work) {
  using T = std::invoke_result_t<Work>;
  co_return co_await AwaitCallback<T>([&pool, &work](auto done) {
    asio::post(pool.pool(), [&work, done]() mutable { done(work()); });
  });
}

}  // namespace firn

// base: coroutines. A session is a coroutine on one io_context; what blocks (DuckDB, files,
// SQLite) runs on a WorkerPool and the coroutine comes back to its own executor afterwards.
#pragma once

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
/// value on the coroutine's own executor. `start` is given the callback and must not throw.
///
///     auto committed = co_await AwaitCallback<Result<Lsn>>(
///         [&](auto done) { committer.Submit(std::move(request), std::move(done)); });
template <typename T, typename Start>
Task<T> AwaitCallback(Start start) {
  auto executor = co_await asio::this_coro::executor;
  auto initiate = [executor, &start](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start([executor, shared](T value) mutable {
      asio::post(executor, [shared, value = std::make_shared<T>(std::move(value))]() mutable {
        std::move (*shared)(std::move(*value));
      });
    });
  };
  T value = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
      std::move(initiate), asio::use_awaitable);
  co_return value;
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

#include "base/task.h"

#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace firn {
namespace {

// One thread's io_context, run until nothing is left to do.
class Loop {
 public:
  void Spawn(Task<void> task) { asio::co_spawn(io_, std::move(task), asio::detached); }
  void Run() { io_.run(); }
  asio::io_context& io() { return io_; }

 private:
  asio::io_context io_{1};
};

TEST(AwaitCallback, GoesOnAtOnceWhereTheCallbackWasCalledAlready) {
  Loop loop;
  std::string order;
  const auto ask = [&]() -> Task<void> {
    // Behind this in the queue of the loop.
    asio::post(loop.io(), [&order] { order += "posted "; });
    const auto answer = [](auto done) { done(std::string("answered ")); };
    order += co_await AwaitCallback<std::string>(answer);
  };
  loop.Spawn(ask());
  loop.Run();
  EXPECT_EQ(order, "answered posted ");
}

TEST(AwaitCallback, ComesBackToItsOwnThread) {
  Loop loop;
  std::thread other;
  std::thread::id resumed;
  const auto ask = [&]() -> Task<void> {
    const auto answer = [&other](auto done) { other = std::thread([done]() mutable { done(1); }); };
    co_await AwaitCallback<int>(answer);
    resumed = std::this_thread::get_id();
  };
  loop.Spawn(ask());
  const auto guard = asio::make_work_guard(loop.io());
  while (resumed == std::thread::id()) loop.io().run_one();
  other.join();
  EXPECT_EQ(resumed, std::this_thread::get_id());
}

// Whichever of the two comes first.
TEST(AwaitCallback, IsAnsweredOnceHoweverCoroutineAndCallbackMeet) {
  constexpr int kTimes = 20'000;
  Loop loop;
  WorkerPool pool(2);
  int sum = 0;
  const auto ask = [&]() -> Task<void> {
    for (int i = 0; i < kTimes; ++i) {
      const auto work = [i] { return i; };
      sum += co_await RunOn(pool, work) % 7;
    }
    loop.io().stop();
  };
  loop.Spawn(ask());
  const auto guard = asio::make_work_guard(loop.io());
  loop.Run();
  int want = 0;
  for (int i = 0; i < kTimes; ++i) want += i % 7;
  EXPECT_EQ(sum, want);
}

}  // namespace
}  // namespace firn

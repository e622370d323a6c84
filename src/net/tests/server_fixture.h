// net: an EchoSession server on a free port and the threads that run it.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "net/pgwire/server.h"
#include "net/tests/echo_session.h"
#include "net/tests/wire_client.h"

namespace firn::net {

/// An io_context that two threads run.
class IoThreads {
 public:
  IoThreads() {
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
  }
  ~IoThreads() {
    work_.reset();
    for (auto& thread : threads_) thread.join();
  }
  asio::io_context& io() { return io_; }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::vector<std::thread> threads_;
};

class PgWire : public ::testing::Test {
 protected:
  void SetUp() override { Listen({}); }
  void TearDown() override {
    server_->Stop();
    server_->WaitStopped();
  }

  void Listen(pgwire::Limits limits) {
    if (server_) TearDown();
    limits.linger = std::chrono::milliseconds(200);
    auto server = pgwire::PgServer::Listen(threads_.io(), {.flag = "--pg-port"}, factory_, limits);
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }
  uint16_t port() const { return server_->port(); }
  EchoLog& log() { return factory_.log(); }

  void ExpectGoodClientWorks() {
    WireClient good(port());
    ASSERT_EQ(good.Start().back(), 'Z');
    EXPECT_EQ(good.Ask(QueryMessage("hello")), "TDCZ");
  }

  EchoFactory factory_;
  IoThreads threads_;
  std::unique_ptr<pgwire::PgServer> server_;
};

}  // namespace firn::net

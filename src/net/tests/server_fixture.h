// net: an EchoSession server on a free port and the threads that run it.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "net/pgwire/server.h"
#include "net/tests/echo_session.h"
#include "net/tests/wire_client.h"

namespace firn::net {

/// Two threads at work.
class StartedThreads : public IoThreads {
 public:
  StartedThreads() : IoThreads(2) { Start(); }
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
    auto server = pgwire::PgServer::Listen(threads_, {.flag = "--pg-port"}, factory_, limits);
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
  StartedThreads threads_;
  std::unique_ptr<pgwire::PgServer> server_;
};

}  // namespace firn::net

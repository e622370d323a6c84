#include <stdexcept>

#include "net/http/server.h"
#include "net/tests/server_fixture.h"

namespace firn::net {
namespace {

/// Says what it was asked.
class EchoHandler final : public http::Handler {
 public:
  Task<http::Response> Handle(http::Request request) override {
    if (request.path == "/throw") throw std::runtime_error("thrown by a handler");
    http::Response response;
    if (request.path == "/missing") response.status = 404;
    response.headers.emplace_back("X-Token", std::string(request.Header("x-token")));
    response.headers.emplace_back("X-Split", "a\r\nX-Evil: 1");
    response.body = fmt::format("{} {} {} {}", request.method, request.path, request.query,
                                request.body.size());
    co_return response;
  }
};

class Http : public ::testing::Test {
 protected:
  void SetUp() override { Listen({}); }
  void TearDown() override {
    server_->Stop();
    server_->WaitStopped();
  }
  void Listen(http::Limits limits) {
    if (server_) TearDown();
    auto server = http::HttpServer::Listen(threads_, {.flag = "--http-port"}, handler_, limits);
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }
  // One request on a connection of its own; the whole answer.
  std::string Ask(std::string_view request) {
    RawClient client(server_->port());
    client.Send(request);
    return client.ReceiveAll();
  }

  EchoHandler handler_;
  StartedThreads threads_;
  std::unique_ptr<http::HttpServer> server_;
};

int StatusOf(const std::string& answer) {
  return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
}
std::string BodyOf(const std::string& answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == std::string::npos ? "" : answer.substr(at + 4);
}

TEST_F(Http, HandsOnMethodPathQueryHeadersAndBody) {
  const auto answer =
      Ask("POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nX-TOKEN: seven\r\nConnection: close\r\n"
          "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_EQ(BodyOf(answer), "POST /a/b c=d 5");
  EXPECT_NE(answer.find("X-Token: seven\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Content-Type: text/plain; charset=utf-8\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("X-Evil"), std::string::npos);
}

TEST_F(Http, KeepsTheConnectionForPipelinedRequests) {
  const auto answer =
      Ask("GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /missing HTTP/1.1\r\nHost: x\r\n\r\n"
          "HEAD /three HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("GET /one  0"), std::string::npos);
  EXPECT_NE(answer.find("404 Not Found"), std::string::npos);
  EXPECT_EQ(answer.find("HEAD /three"), std::string::npos);
  EXPECT_NE(answer.find("Content-Length: 14"), std::string::npos);
}

TEST_F(Http, ChunkedBodiesAndExpectAreRead) {
  const auto chunked =
      Ask("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(BodyOf(chunked), "POST /  7");
  RawClient client(server_->port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
      "Content-Length: 3\r\n\r\n");
  EXPECT_EQ(client.Receive(25), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_EQ(StatusOf(client.ReceiveAll()), 200);
}

TEST_F(Http, BadRequestsAreTold) {
  EXPECT_EQ(StatusOf(Ask("rubbish\r\n\r\n")), 400);
  EXPECT_EQ(StatusOf(Ask(std::string("\0\xff\x01", 3) + "\r\n\r\n")), 400);
  EXPECT_EQ(StatusOf(Ask("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n")), 400);
  EXPECT_EQ(StatusOf(Ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), 200);
}

TEST_F(Http, WhatIsTooLongIsRefused) {
  Listen({.header_bytes_max = 1000, .body_bytes_max = 1000});
  EXPECT_EQ(StatusOf(Ask("GET / HTTP/1.1\r\nX: " + std::string(2000, 'a') + "\r\n\r\n")), 431);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n";
  EXPECT_EQ(StatusOf(Ask(head + "\r\n" + std::string(100'000, 'a'))), 413);
  EXPECT_EQ(StatusOf(Ask(head + "Expect: 100-continue\r\n\r\n")), 413);
  EXPECT_EQ(StatusOf(Ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n" +
                         std::string(0x5000, 'a') + "\r\n0\r\n\r\n")),
            413);
}

TEST_F(Http, AHandlerThatThrowsIsAnInternalError) {
  const auto answer = Ask("GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 500);
  EXPECT_EQ(answer.find("thrown"), std::string::npos);
}

TEST_F(Http, IdleAndSlowClientsAreClosed) {
  Listen({.idle_timeout = std::chrono::milliseconds(50),
          .transfer_timeout = std::chrono::milliseconds(50)});
  EXPECT_EQ(Ask(""), "");
  EXPECT_EQ(Ask("GET / HT"), "");
  const auto answer = Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 200);
}

TEST_F(Http, OneConnectionTooManyIsToldToComeBack) {
  Listen({.max_connections = 1});
  RawClient first(server_->port());
  first.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.Receive(15), "HTTP/1.1 200 OK");
  EXPECT_EQ(StatusOf(Ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 503);
}

TEST_F(Http, StopClosesIdleConnectionsAtOnce) {
  RawClient idle(server_->port());
  RawClient kept(server_->port());
  kept.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(kept.Receive(15), "HTTP/1.1 200 OK");
  server_->Stop();
  server_->Stop();
  server_->WaitStopped();
  EXPECT_EQ(idle.ReceiveAll(), "");
  RawClient late(server_->port());
  EXPECT_FALSE(late.Send("GET / HTTP/1.1\r\n\r\n") && !late.ReceiveAll().empty());
}

TEST_F(Http, APortInUseIsNamedWithItsFlag) {
  auto second = http::HttpServer::Listen(threads_, {.port = server_->port(), .flag = "--http-port"},
                                         handler_, {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().hint.find("--http-port"), std::string::npos);
}

}  // namespace
}  // namespace firn::net

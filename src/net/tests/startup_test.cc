#include "net/tests/server_fixture.h"

namespace firn::net {
namespace {

constexpr uint32_t kSsl = 80877103;
constexpr uint32_t kGss = 80877104;
constexpr uint32_t kCancel = 80877102;

std::string Special(uint32_t code, std::string_view body = "") {
  return Big32(static_cast<uint32_t>(8 + body.size())) + Big32(code) + std::string(body);
}

using PgStartup = PgWire;

TEST_F(PgStartup, TellsParametersKeyAndReadiness) {
  WireClient client(port());
  EXPECT_EQ(client.Start(), "RSSSSSSSKZ");
  EXPECT_EQ(client.Of('R').body, Big32(0));
  EXPECT_EQ(client.Of('S').body, CString("server_version") + CString("15.0 (echo)"));
  EXPECT_EQ(client.Of('K').body.size(), 8u);
  EXPECT_EQ(client.Of('Z').body, "I");
  EXPECT_TRUE(log().WaitFor("open ann@ann"));
}

TEST_F(PgStartup, HandsOnDatabaseAndOptions) {
  WireClient client(port());
  client.Ask(Startup({{"user", "ann"},
                      {"database", "main"},
                      {"application_name", "psql"},
                      {"options", "-c a.b=1\\ 2 --lock-timeout=3s"}}));
  EXPECT_TRUE(log().WaitFor("open ann@main"));
  EXPECT_TRUE(log().WaitFor("application_name=psql"));
  EXPECT_TRUE(log().WaitFor("a.b=1 2"));
  EXPECT_TRUE(log().WaitFor("lock_timeout=3s"));
}

TEST_F(PgStartup, AnswersNoToEncryptionAndGoesOn) {
  WireClient client(port());
  client.Send(Special(kGss));
  EXPECT_EQ(client.Receive(1), "N");
  client.Send(Special(kSsl));
  EXPECT_EQ(client.Receive(1), "N");
  EXPECT_EQ(client.Start().back(), 'Z');
}

TEST_F(PgStartup, EndsAClientThatAsksForEncryptionForEver) {
  WireClient client(port());
  client.Send(Special(kSsl) + Special(kSsl));
  EXPECT_EQ(client.Receive(1), "N");
  EXPECT_EQ(client.Until('Z'), "E.");
}

TEST_F(PgStartup, NegotiatesNewerMinorVersionsAndUnknownProtocolOptions) {
  WireClient client(port());
  const auto types = client.Ask(Startup({{"user", "ann"}, {"_pq_.new", "1"}}, (3 << 16) + 2));
  EXPECT_EQ(types, "vRSSSSSSSKZ");
  EXPECT_EQ(client.Of('v').body, Big32(3 << 16) + Big32(1) + CString("_pq_.new"));
}

TEST_F(PgStartup, RefusesOtherMajorVersions) {
  WireClient client(port());
  client.Ask(Startup({{"user", "ann"}}, 2 << 16));
  EXPECT_EQ(client.ErrorField('S'), "FATAL");
  EXPECT_EQ(client.ErrorField('C'), "0A000");
  EXPECT_EQ(client.ErrorField('M'), "unsupported frontend protocol 2.0: server supports 3.0");
}

TEST_F(PgStartup, TellsWhyTheSessionIsRefused) {
  WireClient nobody(port());
  EXPECT_EQ(nobody.Start("nobody"), "E.");
  EXPECT_EQ(nobody.ErrorField('S'), "FATAL");
  EXPECT_EQ(nobody.ErrorField('C'), "28000");
  WireClient nowhere(port());
  nowhere.Start("ann", "nowhere");
  EXPECT_EQ(nowhere.ErrorField('C'), "3D000");
  WireClient nameless(port());
  nameless.Ask(Startup({{"database", "main"}}));
  EXPECT_EQ(nameless.ErrorField('C'), "28000");
  WireClient replica(port());
  replica.Ask(Startup({{"user", "ann"}, {"replication", "database"}}));
  EXPECT_EQ(replica.ErrorField('C'), "0A000");
  WireClient odd(port());
  odd.Ask(Startup({{"user", "ann"}, {"options", "-x"}}));
  EXPECT_EQ(odd.ErrorField('C'), "42601");
}

TEST_F(PgStartup, RubbishIsRefusedAndHarmsNobody) {
  const std::string good = Startup({{"user", "ann"}});
  const std::string rubbish[] = {
      "GET / HTTP/1.1\r\n\r\n",
      std::string(100, '\0'),
      std::string(100, '\xff'),
      "\x16\x03\x01\x02\x01\x01",
      Big32(7) + "abc",
      Big32(10001) + Big32(3 << 16) + std::string(9993, 'a'),
      Big32(12) + Big32(3 << 16) + "user",
      Big32(14) + Big32(3 << 16) + CString("user") + "a",
      good.substr(0, 3) + static_cast<char>(good[3] + 1) + good.substr(4) + "x",
      Special(kSsl, "abcd"),
      Special(kCancel, "abc"),
      Startup({{"user", "a\xff"}}),
  };
  for (const auto& bytes : rubbish) {
    SCOPED_TRACE(::testing::PrintToString(bytes.substr(0, 40)));
    WireClient bad(port());
    bad.Send(bytes);
    EXPECT_EQ(bad.Until('Z'), "E.");
    EXPECT_EQ(bad.ErrorField('S'), "FATAL");
    ExpectGoodClientWorks();
  }
}

TEST_F(PgStartup, ClientsThatSayNothingOrHalfAPacketBlockNobody) {
  RawClient silent(port());
  RawClient half(port());
  half.Send(Startup({{"user", "ann"}}).substr(0, 10));
  RawClient gone(port());
  gone.Send(Startup({{"user", "ann"}}).substr(0, 10));
  gone.Close();
  RawClient half_open(port());
  half_open.Send(Big32(100));
  half_open.ShutDownSend();
  EXPECT_EQ(half_open.ReceiveAll(), "");
  ExpectGoodClientWorks();
}

TEST_F(PgStartup, ASilentClientIsEndedAfterTheTimeout) {
  Listen({.startup_timeout = std::chrono::milliseconds(50)});
  WireClient silent(port());
  EXPECT_EQ(silent.Until('Z'), "E.");
  EXPECT_EQ(silent.ErrorField('M'), "canceling authentication due to timeout");
  ExpectGoodClientWorks();
}

TEST_F(PgStartup, OneClientTooManyIsTold) {
  Listen({.max_connections = 1});
  WireClient first(port());
  ASSERT_EQ(first.Start().back(), 'Z');
  EXPECT_EQ(server_->session_count(), 1u);
  WireClient second(port());
  EXPECT_EQ(second.Start(), "E.");
  EXPECT_EQ(second.ErrorField('S'), "FATAL");
  EXPECT_EQ(second.ErrorField('C'), "53300");
  first.Send(Message('X'));
  EXPECT_EQ(first.ReceiveAll(), "");
  // The slot is free once the session is gone; its end is seen in the log before that.
  WireClient third(port());
  std::string types = third.Start();
  while (types == "E.") {
    WireClient again(port());
    types = again.Start();
  }
  EXPECT_EQ(types.back(), 'Z');
}

TEST_F(PgStartup, ClientsThatSayNothingKeepNobodyOut) {
  Listen({.max_connections = 1});
  std::vector<std::unique_ptr<WireClient>> silent;
  for (int i = 0; i < 101; ++i) silent.push_back(std::make_unique<WireClient>(port()));
  EXPECT_EQ(silent.front()->Until('Z'), "E.");
  EXPECT_EQ(silent.front()->ErrorField('C'), "53300");
  WireClient first(port());
  EXPECT_EQ(first.Start().back(), 'Z');
  WireClient second(port());
  EXPECT_EQ(second.Start(), "E.");
  EXPECT_EQ(second.ErrorField('C'), "53300");
  // Those that are left may still say who they are.
  first.Send(Message('X'));
  EXPECT_EQ(first.ReceiveAll(), "");
  EXPECT_TRUE(log().WaitFor("closed"));
}

TEST_F(PgStartup, CancelReachesOnlyTheSessionOfItsKey) {
  WireClient client(port());
  ASSERT_EQ(client.Start().back(), 'Z');
  client.Send(QueryMessage("wait"));
  ASSERT_TRUE(log().WaitFor("waiting"));
  auto wrong = client.cancel_key;
  wrong[7] = static_cast<char>(wrong[7] ^ 1);
  RawClient stranger(port());
  stranger.Send(Special(kCancel, wrong));
  EXPECT_EQ(stranger.ReceiveAll(), "");
  RawClient canceller(port());
  canceller.Send(Special(kCancel, client.cancel_key));
  EXPECT_EQ(canceller.ReceiveAll(), "");
  EXPECT_EQ(client.Until('Z'), "EZ");
  EXPECT_EQ(client.ErrorField('C'), "57014");
  EXPECT_EQ(client.Ask(QueryMessage("still here")), "TDCZ");
}

TEST_F(PgStartup, APortInUseIsNamedWithItsFlag) {
  auto second =
      pgwire::PgServer::Listen(threads_, {.port = port(), .flag = "--pg-port"}, factory_, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kIo);
  EXPECT_NE(second.error().message.find(fmt::format("127.0.0.1:{}", port())), std::string::npos);
  EXPECT_NE(second.error().hint.find("--pg-port"), std::string::npos);
  auto odd = pgwire::PgServer::Listen(threads_, {.address = "moon"}, factory_, {});
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, ErrorCode::kInvalidInput);
}

TEST_F(PgStartup, StopEndsIdleBusyAndUnreadingSessions) {
  WireClient idle(port());
  ASSERT_EQ(idle.Start().back(), 'Z');
  WireClient busy(port());
  ASSERT_EQ(busy.Start().back(), 'Z');
  busy.Send(QueryMessage("wait"));
  ASSERT_TRUE(log().WaitFor("waiting"));
  WireClient copying(port());
  ASSERT_EQ(copying.Start().back(), 'Z');
  copying.Send(QueryMessage("copy in"));
  ASSERT_EQ(copying.Until('G'), "G");
  WireClient unreading(port());
  ASSERT_EQ(unreading.Start().back(), 'Z');
  unreading.Send(QueryMessage("rows 10000000"));
  ASSERT_EQ(unreading.Until('D'), "TD");
  RawClient silent(port());

  server_->Stop();
  server_->Stop();
  for (auto* client : {&idle, &busy, &copying}) {
    EXPECT_EQ(client->Until('Z'), "E.");
    EXPECT_EQ(client->ErrorField('S'), "FATAL");
    EXPECT_EQ(client->ErrorField('C'), "57P01");
  }
  server_->WaitStopped();
  EXPECT_EQ(server_->session_count(), 0u);
  EXPECT_TRUE(log().WaitFor("closed", 4));
  WireClient late(port());
  EXPECT_EQ(late.Start(), ".");
}

TEST_F(PgStartup, TerminateEndsOneSession) {
  WireClient one(port());
  ASSERT_EQ(one.Start().back(), 'Z');
  WireClient other(port());
  ASSERT_EQ(other.Start().back(), 'Z');
  EXPECT_TRUE(server_->Terminate(1));
  EXPECT_FALSE(server_->Terminate(77));
  EXPECT_EQ(one.Until('Z'), "E.");
  EXPECT_EQ(one.ErrorField('C'), "57P01");
  EXPECT_EQ(other.Ask(QueryMessage("still here")), "TDCZ");
}

}  // namespace
}  // namespace firn::net

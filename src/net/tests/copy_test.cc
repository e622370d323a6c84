#include "net/tests/server_fixture.h"

namespace firn::net {
namespace {

class PgCopy : public PgWire {
 protected:
  void SetUp() override {
    PgWire::SetUp();
    client_ = std::make_unique<WireClient>(port());
    ASSERT_EQ(client_->Start().back(), 'Z');
  }
  void Begin(std::string_view sql = "copy in") {
    client_->Send(QueryMessage(sql));
    ASSERT_EQ(client_->Until('G'), "G");
    EXPECT_EQ(client_->Of('G').body, std::string(1, '\0') + Big16(2) + Big16(0) + Big16(0));
  }
  std::string Ask(std::string_view bytes) { return client_->Ask(bytes); }

  std::unique_ptr<WireClient> client_;
};

TEST_F(PgCopy, InCountsEveryByte) {
  Begin();
  EXPECT_EQ(Ask(Message('d', "1\ta\n") + Message('d') + Message('d', "2\tb") + Message('d', "\n") +
                Message('c')),
            "CZ");
  EXPECT_EQ(client_->Of('C').body, CString("COPY 8"));
  Begin();
  EXPECT_EQ(Ask(Message('c')), "CZ");
  EXPECT_EQ(client_->Of('C').body, CString("COPY 0"));
}

TEST_F(PgCopy, OneHugeMessageIsHandedOnInPieces) {
  std::string large;
  large.resize(20'000'000, 'x');
  Begin();
  EXPECT_EQ(Ask(Message('d', large) + Message('c')), "CZ");
  EXPECT_EQ(client_->Of('C').body, CString("COPY 20000000"));
}

TEST_F(PgCopy, ManySmallMessagesAreGathered) {
  Begin();
  std::string all;
  for (int i = 0; i < 100'000; ++i) all += Message('d', "abc\n");
  EXPECT_EQ(Ask(all + Message('c')), "CZ");
  EXPECT_EQ(client_->Of('C').body, CString("COPY 400000"));
}

TEST_F(PgCopy, FailOfTheClientFailsTheStatement) {
  Begin();
  EXPECT_EQ(Ask(Message('d', "1\n") + Message('f', CString("changed my mind"))), "EZ");
  EXPECT_EQ(client_->ErrorField('C'), "57014");
  EXPECT_EQ(client_->ErrorField('M'), "COPY from stdin failed: changed my mind");
  EXPECT_EQ(Ask(QueryMessage("one")), "TDCZ");
}

TEST_F(PgCopy, DataAfterAnErrorIsDropped) {
  Begin("copy in fail");
  client_->Send(Message('d', std::string(1'000'000, 'x')));
  EXPECT_EQ(client_->Until('Z'), "EZ");
  EXPECT_EQ(client_->ErrorField('M'), "bad line");
  // The client learns of it only now; all of this was on its way.
  EXPECT_EQ(Ask(Message('d', "more") + Message('c') + QueryMessage("one")), "TDCZ");
}

TEST_F(PgCopy, InTheExtendedProtocolErrorsSkipToSync) {
  const auto copy = ParseMessage("", "copy in fail") + BindMessage("", "") + ExecuteMessage();
  client_->Send(copy);
  EXPECT_EQ(client_->Until('G'), "12G");
  client_->Send(Message('d', "x") + Message('d', "y") + Message('c') + SyncMessage());
  EXPECT_EQ(client_->Until('Z'), "EZ");
  EXPECT_EQ(Ask(QueryMessage("one")), "TDCZ");
}

TEST_F(PgCopy, SyncAndFlushInsideCopyAreIgnored) {
  client_->Send(ParseMessage("", "copy in") + BindMessage("", "") + ExecuteMessage() +
                SyncMessage());
  EXPECT_EQ(client_->Until('G'), "12G");
  EXPECT_EQ(Ask(Message('d', "abc") + Message('H') + Message('c') + SyncMessage()), "CZ");
  EXPECT_EQ(client_->Of('C').body, CString("COPY 3"));
}

TEST_F(PgCopy, AClientGoneInMidCopyIsToldToTheSession) {
  Begin();
  client_->Send(Message('d', "1\ta\n") + "d" + Big32(1000) + "half");
  client_->Close();
  EXPECT_TRUE(log().WaitFor("copy 08006"));
  EXPECT_TRUE(log().WaitFor("closed"));
  ExpectGoodClientWorks();
}

TEST_F(PgCopy, TerminateInMidCopyIsAClientGone) {
  Begin();
  client_->Send(Message('d', "1\ta\n") + Message('X'));
  EXPECT_TRUE(log().WaitFor("copy 08006"));
  EXPECT_TRUE(log().WaitFor("closed"));
}

TEST_F(PgCopy, OtherMessagesInsideCopyEndTheConnection) {
  const std::string violations[] = {QueryMessage("one"), Message('z'), "d" + Big32(2),
                                    Message('c', "x"), Message('f', "no terminator")};
  for (const auto& bytes : violations) {
    SCOPED_TRACE(::testing::PrintToString(bytes));
    WireClient bad(port());
    ASSERT_EQ(bad.Start().back(), 'Z');
    bad.Send(QueryMessage("copy in"));
    ASSERT_EQ(bad.Until('G'), "G");
    bad.Send(Message('d', "1\n") + bytes);
    EXPECT_EQ(bad.Until('Z'), "E.");
    EXPECT_EQ(bad.ErrorField('S'), "FATAL");
    EXPECT_EQ(bad.ErrorField('C'), "08P01");
  }
  EXPECT_EQ(Ask(QueryMessage("hello")), "TDCZ");
}

TEST_F(PgCopy, OutSendsLinesAndEnds) {
  EXPECT_EQ(Ask(QueryMessage("copy out 3")), "HdddcCZ");
  EXPECT_EQ(client_->Of('H').body, std::string(1, '\0') + Big16(1) + Big16(0));
  EXPECT_EQ(client_->Of('d').body, "line 0\n");
  EXPECT_EQ(Ask(QueryMessage("copy out 100000")).size(), 100'004u);
}

TEST_F(PgCopy, CopyMessagesOutsideCopyAreIgnored) {
  EXPECT_EQ(
      Ask(Message('d', "x") + Message('c') + Message('f', CString("y")) + QueryMessage("one")),
      "TDCZ");
}

}  // namespace
}  // namespace firn::net

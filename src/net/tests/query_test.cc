#include <atomic>
#include <thread>

#include "net/pgwire/message.h"
#include "net/tests/server_fixture.h"

namespace firn::net {
namespace {

class PgQuery : public PgWire {
 protected:
  void SetUp() override {
    PgWire::SetUp();
    client_ = std::make_unique<WireClient>(port());
    ASSERT_EQ(client_->Start().back(), 'Z');
  }
  // The types of the answer's messages, up to ReadyForQuery.
  std::string Ask(std::string_view bytes) { return client_->Ask(bytes); }

  std::unique_ptr<WireClient> client_;
};

std::string Prepared(std::string_view sql, const std::vector<uint16_t>& formats = {}) {
  return ParseMessage("", sql) + BindMessage("", "", {}, formats);
}

TEST_F(PgQuery, SimpleQueryDescribesRowsAndCompletes) {
  EXPECT_EQ(Ask(QueryMessage("rows 8")), "TDDDDDDDDCZ");
  const auto field = [](std::string_view name, uint32_t oid, uint16_t size) {
    return CString(name) + Big32(0) + Big16(0) + Big32(oid) + Big16(size) + Big32(UINT32_MAX) +
           Big16(0);
  };
  EXPECT_EQ(client_->Of('T').body, Big16(2) + field("n", 20, 8) + field("name", 25, 0xffff));
  EXPECT_EQ(client_->Row(1)[0], "1");
  EXPECT_EQ(client_->Row(1)[1], "row 1");
  EXPECT_EQ(client_->Row(6)[1], std::nullopt);
  EXPECT_EQ(client_->Of('C').body, CString("SELECT 8"));
}

TEST_F(PgQuery, SeveralStatementsStopAtTheFirstError) {
  EXPECT_EQ(Ask(QueryMessage("ddl; one; fail; two")), "CTDCEZ");
  EXPECT_EQ(Ask(QueryMessage("")), "IZ");
}

TEST_F(PgQuery, ErrorsCarryEveryField) {
  EXPECT_EQ(Ask(QueryMessage("fail")), "EZ");
  EXPECT_EQ(client_->ErrorField('S'), "ERROR");
  EXPECT_EQ(client_->ErrorField('V'), "ERROR");
  EXPECT_EQ(client_->ErrorField('C'), "22012");
  EXPECT_EQ(client_->ErrorField('M'), "division by zero");
  EXPECT_EQ(client_->ErrorField('D'), "a detail");
  EXPECT_EQ(client_->ErrorField('H'), "a hint");
  EXPECT_EQ(client_->ErrorField('P'), "3");
  EXPECT_EQ(client_->ErrorField('W'), "a place");
}

TEST_F(PgQuery, NoticesAreNoErrors) {
  EXPECT_EQ(Ask(QueryMessage("notice")), "NCZ");
  EXPECT_EQ(client_->ErrorField('S', 'N'), "NOTICE");
  EXPECT_EQ(client_->ErrorField('C', 'N'), "00000");
}

TEST_F(PgQuery, ReadyForQueryTellsTheTransaction) {
  Ask(QueryMessage("begin"));
  EXPECT_EQ(client_->Of('Z').body, "T");
  Ask(QueryMessage("fail"));
  EXPECT_EQ(client_->Of('Z').body, "E");
  Ask(QueryMessage("rollback"));
  EXPECT_EQ(client_->Of('Z').body, "I");
}

TEST_F(PgQuery, TextThatIsNotUtf8IsRefusedAndFailsTheTransaction) {
  Ask(QueryMessage("begin"));
  EXPECT_EQ(Ask(QueryMessage("caf\xe9 au lait")), "EZ");
  EXPECT_EQ(client_->ErrorField('C'), "22021");
  EXPECT_EQ(client_->ErrorField('M'), "invalid byte sequence for encoding \"UTF8\": 0xe9");
  EXPECT_EQ(client_->Of('Z').body, "E");
  Ask(QueryMessage("rollback"));
  EXPECT_EQ(Ask(Prepared("\xc3") + SyncMessage()), "EZ");
  EXPECT_EQ(client_->ErrorField('C'), "22021");
}

TEST_F(PgQuery, LargeResultsArriveWhole) {
  client_->Send(QueryMessage("rows 300000"));
  const auto types = client_->Until('Z');
  EXPECT_EQ(types.size(), 300003u);
  EXPECT_EQ(client_->Row(299999)[0], "299999");
}

TEST_F(PgQuery, AClientThatDoesNotReadBlocksNobody) {
  WireClient lazy(port());
  ASSERT_EQ(lazy.Start().back(), 'Z');
  lazy.Send(QueryMessage("rows 3000000"));
  ASSERT_EQ(lazy.Until('D'), "TD");
  ExpectGoodClientWorks();
  lazy.Close();
  EXPECT_TRUE(log().WaitFor("closed", 2));
}

TEST_F(PgQuery, ExtendedQueryAnswersEachMessageInOrder) {
  EXPECT_EQ(
      Ask(ParseMessage("s", "params", {23, 25}) + Message('D', "S" + CString("s")) +
          BindMessage("p", "s", {"7", std::nullopt, "x"}, {}, {0, 0, 1}) +
          Message('D', "P" + CString("p")) + ExecuteMessage("p") +
          Message('C', "P" + CString("p")) + Message('C', "S" + CString("s")) + SyncMessage()),
      "1tT2TDC33Z");
  EXPECT_EQ(client_->Of('t').body, Big16(2) + Big32(23) + Big32(25));
  EXPECT_EQ(client_->Row(0)[0], "t:7 t:NULL b:x");
}

TEST_F(PgQuery, StatementsWithoutRowsSayNoData) {
  EXPECT_EQ(Ask(ParseMessage("", "ddl") + Message('D', "S" + CString("")) + BindMessage("", "") +
                Message('D', "P" + CString("")) + ExecuteMessage() + SyncMessage()),
            "1tn2nCZ");
  EXPECT_EQ(Ask(Prepared("") + ExecuteMessage() + SyncMessage()), "12IZ");
}

TEST_F(PgQuery, ResultFormatsApplyPerPortalAndColumn) {
  const auto run = Message('D', "P" + CString("")) + ExecuteMessage() + SyncMessage();
  EXPECT_EQ(Ask(Prepared("rows 1", {1}) + run), "12TDCZ");
  EXPECT_EQ(client_->Of('T').body.substr(client_->Of('T').body.size() - 2), Big16(1));
  EXPECT_EQ(client_->Row(0)[0], Big32(0) + Big32(0));
  EXPECT_EQ(Ask(Prepared("rows 1", {0, 1}) + run), "12TDCZ");
  EXPECT_EQ(client_->Row(0)[0], "0");
  EXPECT_EQ(Ask(Prepared("rows 1") + run), "12TDCZ");
  EXPECT_EQ(client_->Row(0)[0], "0");
  // A simple query between them is text.
  EXPECT_EQ(Ask(Prepared("rows 1", {1}) + QueryMessage("rows 1")), "12TDCZ");
  EXPECT_EQ(client_->Row(0)[0], "0");
}

TEST_F(PgQuery, FormatsThatDoNotFitAreErrorsOfTheStatement) {
  EXPECT_EQ(Ask(Prepared("rows 1", {0, 1, 1}) + ExecuteMessage() + SyncMessage()), "1EZ");
  EXPECT_EQ(client_->ErrorField('C'), "08P01");
  EXPECT_EQ(client_->ErrorField('S'), "ERROR");
  EXPECT_EQ(Ask(Prepared("rows 1", {2}) + SyncMessage()), "1EZ");
  EXPECT_EQ(client_->ErrorField('C'), "22023");
  EXPECT_EQ(
      Ask(ParseMessage("", "params") + BindMessage("", "", {"1"}, {}, {0, 0}) + SyncMessage()),
      "1EZ");
  EXPECT_EQ(client_->ErrorField('M'), "bind message has 2 parameter formats but 1 parameters");
}

TEST_F(PgQuery, PipelinedCyclesAreAnsweredInOrderAndAnErrorSkipsToItsSync) {
  std::string all;
  for (const std::string sql : {"one", "fail", "three"}) {
    all += Prepared(sql) + ExecuteMessage() + Prepared("more") + ExecuteMessage() + SyncMessage();
  }
  client_->Send(all);
  EXPECT_EQ(client_->Until('Z'), "12DC12DCZ");
  EXPECT_EQ(client_->Row(0)[0], "one");
  EXPECT_EQ(client_->Until('Z'), "12EZ");
  EXPECT_EQ(client_->Until('Z'), "12DC12DCZ");
  EXPECT_EQ(client_->Row(0)[0], "three");
  EXPECT_TRUE(log().WaitFor("sync failed", 1));
  EXPECT_TRUE(log().WaitFor("sync", 2));
}

TEST_F(PgQuery, SimpleQueriesAreSkippedToo) {
  EXPECT_EQ(Ask(ParseMessage("", "parse fails") + QueryMessage("one") + Message('H') +
                Message('d', std::string(300000, 'x')) + SyncMessage()),
            "EZ");
  EXPECT_EQ(client_->ErrorField('P'), "7");
  EXPECT_EQ(Ask(QueryMessage("one")), "TDCZ");
}

TEST_F(PgQuery, FlushSendsWithoutSync) {
  client_->Send(ParseMessage("", "one") + Message('H'));
  EXPECT_EQ(client_->Until('1'), "1");
  client_->Send(BindMessage("", "") + Message('H'));
  EXPECT_EQ(client_->Until('2'), "2");
  EXPECT_EQ(Ask(SyncMessage()), "Z");
}

TEST_F(PgQuery, AStatementWhoseCommitFailsIsNotSaidToBeComplete) {
  EXPECT_EQ(Ask(Prepared("lose") + ExecuteMessage() + SyncMessage()), "12EZ");
  EXPECT_EQ(client_->ErrorField('C'), "40001");
  // What is asked for in between is told in its place.
  EXPECT_EQ(
      Ask(Prepared("lose") + ExecuteMessage() + Prepared("one") + ExecuteMessage() + SyncMessage()),
      "12C12DEZ");
  client_->Send(Prepared("lose") + ExecuteMessage() + Message('H'));
  EXPECT_EQ(client_->Until('C'), "12C");
  EXPECT_EQ(Ask(SyncMessage()), "EZ");
  EXPECT_EQ(Ask(QueryMessage("one")), "TDCZ");
}

TEST_F(PgQuery, RowLimitSuspendsThePortalAndExecuteGoesOn) {
  Ask(QueryMessage("begin"));
  EXPECT_EQ(Ask(ParseMessage("", "rows 5") + BindMessage("c", "", {}, {1}) +
                ExecuteMessage("c", 2) + ExecuteMessage("c", 2) + SyncMessage()),
            "12DDsDDsZ");
  // In a transaction the portal, and its format, live on.
  EXPECT_EQ(Ask(ExecuteMessage("c", 2) + SyncMessage()), "DCZ");
  EXPECT_EQ(client_->Row(0)[0], Big32(0) + Big32(4));
  EXPECT_EQ(Ask(QueryMessage("commit")), "CZ");
  EXPECT_EQ(Ask(Prepared("rows 5") + ExecuteMessage("", UINT32_MAX) + SyncMessage()), "12DDDDDCZ");
}

TEST_F(PgQuery, UnknownNamesAreErrorsNotViolations) {
  EXPECT_EQ(Ask(BindMessage("", "none") + SyncMessage()), "EZ");
  EXPECT_EQ(client_->ErrorField('C'), "26000");
  EXPECT_EQ(Ask(ExecuteMessage("none") + SyncMessage()), "EZ");
  EXPECT_EQ(client_->ErrorField('C'), "34000");
}

TEST_F(PgQuery, FunctionCallIsRefusedAndTheConnectionGoesOn) {
  EXPECT_EQ(Ask(Message('F', Big32(1) + Big16(0) + Big16(0) + Big16(0))), "EZ");
  EXPECT_EQ(client_->ErrorField('C'), "0A000");
  EXPECT_EQ(Ask(QueryMessage("one")), "TDCZ");
}

TEST_F(PgQuery, ASessionMayEndItsClientAndMayThrow) {
  client_->Send(QueryMessage("terminate"));
  EXPECT_EQ(client_->Until('Z'), "E.");
  EXPECT_EQ(client_->ErrorField('S'), "FATAL");
  EXPECT_EQ(client_->ErrorField('C'), "57P01");
  WireClient other(port());
  ASSERT_EQ(other.Start().back(), 'Z');
  EXPECT_EQ(other.Ask(QueryMessage("throw")), "E.");
  EXPECT_EQ(other.ErrorField('C'), "XX000");
  ExpectGoodClientWorks();
}

TEST_F(PgQuery, TerminateClosesInSilence) {
  client_->Send(Message('X'));
  EXPECT_EQ(client_->ReceiveAll(), "");
  EXPECT_TRUE(log().WaitFor("closed"));
}

TEST_F(PgQuery, ALongMessageInSmallPiecesIsReadWhole) {
  const std::string text(3'000'000, 'y');
  const auto bytes = QueryMessage(text);
  for (size_t at = 0; at < bytes.size(); at += 70'001) {
    ASSERT_TRUE(client_->Send(std::string_view(bytes).substr(at, 70'001)));
  }
  EXPECT_EQ(client_->Until('Z'), "TDCZ");
  EXPECT_EQ(client_->Row(0)[0], text);
  for (const char byte : QueryMessage("one")) client_->Send(std::string(1, byte));
  EXPECT_EQ(client_->Until('Z'), "TDCZ");
}

TEST_F(PgQuery, ViolationsEndOnlyTheirConnectionAndSayWhy) {
  const std::string violations[] = {
      Message('z'),
      Message('\0'),
      Message('p', CString("password")),
      "Q" + Big32(3),
      "Q" + Big32(0xffffffff),
      "Q" + Big32((1u << 30) + 1),
      "S" + Big32(20000),
      Message('Q', "no terminator"),
      Message('Q', CString("one") + "two"),
      Message('S', "x"),
      Message('H', "x"),
      Message('X', "x"),
      Message('P', CString("s") + CString("one")),
      Message('P', CString("s") + CString("one") + Big16(2) + Big32(1)),
      Message('P', CString("s") + CString("one") + Big16(0xffff)),
      Message('B', CString("") + CString("")),
      Message('B', CString("") + CString("") + Big16(0) + Big16(1) + Big32(5) + "abc"),
      Message('B', CString("") + CString("") + Big16(0) + Big16(1) + Big32(0xfffffff0)),
      Message('B', CString("") + CString("") + Big16(0) + Big16(0) + Big16(0) + "x"),
      Message('D', "X" + CString("s")),
      Message('D', ""),
      Message('C', "S"),
      Message('E', CString("") + Big16(0)),
  };
  for (const auto& bytes : violations) {
    SCOPED_TRACE(::testing::PrintToString(bytes.substr(0, 40)));
    WireClient bad(port());
    ASSERT_EQ(bad.Start().back(), 'Z');
    bad.Send(bytes + std::string(20'000, 'x'));
    EXPECT_EQ(bad.Until('Z'), "E.");
    EXPECT_EQ(bad.ErrorField('S'), "FATAL");
    EXPECT_EQ(bad.ErrorField('C'), "08P01");
    EXPECT_EQ(Ask(QueryMessage("hello")), "TDCZ");
  }
}

TEST_F(PgQuery, MessagesOverTheLimitEndTheConnection) {
  Listen({.message_bytes_max = 1000});
  WireClient client(port());
  ASSERT_EQ(client.Start().back(), 'Z');
  EXPECT_EQ(client.Ask(QueryMessage(std::string(995, 'a'))), "TDCZ");
  client.Send(QueryMessage(std::string(996, 'a')));
  EXPECT_EQ(client.Until('Z'), "E.");
  EXPECT_EQ(client.ErrorField('C'), "08P01");
}

// It is refused at its header, and its body is not kept.
TEST_F(PgQuery, AStatementThatTakesMoreThanThereIsIsRefusedAndTheSessionGoesOn) {
  Listen({.message_memory = 20 << 20});
  WireClient client(port());
  ASSERT_EQ(client.Start().back(), 'Z');
  const std::string large(3 << 20, 'a');
  client.Send(QueryMessage(large));
  EXPECT_EQ(client.Until('Z'), "EZ");
  EXPECT_EQ(client.ErrorField('S'), "ERROR");
  EXPECT_EQ(client.ErrorField('C'), "54000");
  EXPECT_NE(client.ErrorField('M').find("about 28 MB of memory"), std::string::npos)
      << client.ErrorField('M');
  client.Send(Message('P', CString("s") + CString(large) + Big16(0)) + SyncMessage());
  EXPECT_EQ(client.Until('Z'), "EZ");
  EXPECT_EQ(client.ErrorField('C'), "54000");
  EXPECT_EQ(client.Ask(QueryMessage(std::string(2 << 20, 'a'))), "TDCZ");
  // Short in characters; each value takes far more than its own.
  std::string values = "1";
  for (int i = 0; i < 20'000; ++i) values += ",1";
  client.Send(QueryMessage(values));
  EXPECT_EQ(client.Until('Z'), "EZ");
  EXPECT_EQ(client.ErrorField('C'), "54000");
  const std::vector<std::string> all_quoted = {
      "'" + values + "'",        "E'it\\'s " + values + "'", "$$" + values + "$$",
      "-- don't" + values,       "\"o'clock" + values + '"', "$a$ $$ '" + values + "$a$",
      "/* ' */ '" + values + "'"};
  for (const auto& quoted : all_quoted) {
    EXPECT_EQ(client.Ask(QueryMessage(quoted)), "TDCZ") << quoted.substr(0, 10);
  }
  EXPECT_EQ(client.Ask(QueryMessage("hello")), "TDCZ");
}

TEST_F(PgQuery, ARefusedStatementIsToldBehindWhatCameBeforeIt) {
  Listen({.message_memory = 20 << 20});
  WireClient client(port());
  ASSERT_EQ(client.Start().back(), 'Z');
  const std::string large(3 << 20, 'a');
  client.Send(Prepared("one") + ExecuteMessage() +
              Message('P', CString("s") + CString(large) + Big16(0)) + SyncMessage());
  EXPECT_EQ(client.Until('Z'), "12DCEZ");
  client.Send(Message('F', std::string(8 << 20, 'a')));  // no Sync follows it
  EXPECT_EQ(client.Until('Z'), "EZ");
}

TEST_F(PgQuery, WhoRestsBehindALongMessageMayRest) {
  Listen({.message_memory = 20 << 20, .message_wait = std::chrono::milliseconds(50)});
  const std::string large(2 << 20, 'a');
  WireClient client(port());
  ASSERT_EQ(client.Start().back(), 'Z');
  client.Send(Message('P', CString("s") + CString(large) + Big16(0)) + Message('H'));
  EXPECT_EQ(client.Until('1'), "1");
  WireClient other(port());
  ASSERT_EQ(other.Start().back(), 'Z');
  for (int i = 0; i < 5; ++i) EXPECT_EQ(other.Ask(QueryMessage(large)), "TDCZ");
  EXPECT_EQ(client.Ask(SyncMessage()), "Z");
}

// Others wait for what is kept for it.
TEST_F(PgQuery, ALongMessageThatStallsEndsItsConnection) {
  Listen({.message_memory = 20 << 20, .message_wait = std::chrono::milliseconds(200)});
  WireClient client(port());
  ASSERT_EQ(client.Start().back(), 'Z');
  client.Send(QueryMessage(std::string(2 << 20, 'a')).substr(0, 1000));
  EXPECT_EQ(client.Until('Z'), "E.");
  EXPECT_NE(client.ErrorField('M').find("did not come"), std::string::npos);
  ExpectGoodClientWorks();
}

// Its session does not know of it yet.
TEST_F(PgQuery, AStatementThatWaitsForMemoryCanBeCancelled) {
  Listen({.message_memory = 20 << 20, .message_wait = std::chrono::minutes(5)});
  const auto bytes = QueryMessage(std::string(2 << 20, 'a'));
  WireClient first(port());
  ASSERT_EQ(first.Start().back(), 'Z');
  first.Send(std::string_view(bytes).substr(0, 1000));
  WireClient second(port());
  ASSERT_EQ(second.Start().back(), 'Z');
  std::atomic<bool> answered{false};
  std::thread cancelling([&] {
    while (!answered) {
      RawClient canceller(port());
      canceller.Send(Big32(16) + Big32(pgwire::kCancelRequest) + second.cancel_key);
      EXPECT_EQ(canceller.ReceiveAll(), "");
    }
  });
  std::string code;
  // The first may come later to what it keeps.
  for (int i = 0; i < 1000 && code != "57014"; ++i) {
    second.Send(bytes);
    code = second.Until('Z') == "EZ" ? second.ErrorField('C') : "";
  }
  answered = true;
  cancelling.join();
  EXPECT_EQ(code, "57014");
  EXPECT_EQ(second.ErrorField('M'), "canceling statement due to user request");
  EXPECT_EQ(second.Ask(QueryMessage("hello")), "TDCZ");
  first.Send(std::string_view(bytes).substr(1000));
  EXPECT_EQ(first.Until('Z'), "TDCZ");
}

TEST_F(PgQuery, LongStatementsWaitForOneAnotherAndNotForEver) {
  Listen({.message_memory = 20 << 20, .message_wait = std::chrono::milliseconds(300)});
  const std::string large(2 << 20, 'a');
  WireClient first(port());
  ASSERT_EQ(first.Start().back(), 'Z');
  WireClient second(port());
  ASSERT_EQ(second.Start().back(), 'Z');
  const auto bytes = QueryMessage(large);
  // The first has what it takes once its header is read, and keeps it as long as bytes come.
  size_t sent = bytes.size() - 1000;
  first.Send(std::string_view(bytes).substr(0, sent));
  std::atomic<bool> enough{false};
  std::thread slow([&] {
    for (; !enough && sent + 1 < bytes.size(); ++sent) {
      first.Send(std::string_view(bytes).substr(sent, 1));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  std::string code;
  for (int i = 0; i < 20 && code != "53200"; ++i) {
    second.Send(bytes);
    code = second.Until('Z') == "EZ" ? second.ErrorField('C') : "";
  }
  EXPECT_EQ(code, "53200");
  EXPECT_EQ(second.Ask(QueryMessage("hello")), "TDCZ");
  enough = true;
  slow.join();
  second.Send(bytes);
  first.Send(std::string_view(bytes).substr(sent));
  EXPECT_EQ(first.Until('Z'), "TDCZ");
  EXPECT_EQ(second.Until('Z'), "TDCZ");
}

TEST_F(PgQuery, ClientsThatGoAwayAtAnyByteLeaveNothingBehind) {
  const auto bytes = Prepared("rows 3") + ExecuteMessage() + SyncMessage();
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    WireClient gone(port());
    ASSERT_EQ(gone.Start().back(), 'Z');
    gone.Send(std::string_view(bytes).substr(0, cut));
  }
  EXPECT_TRUE(log().WaitFor("closed", static_cast<int>(bytes.size())));
  EXPECT_EQ(Ask(QueryMessage("hello")), "TDCZ");
}

}  // namespace
}  // namespace firn::net

#include "net/pgwire/scram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::net::pgwire {
namespace {

// RFC 7677, section 3.
constexpr std::string_view kClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

ScramExchange Example(std::string channel = "", std::string_view password = "pencil") {
  auto salt = FromBase64("W22ZaJ0SNY7soEsUEjb6gQ==").value();
  return {ScramVerifier::Of(password, std::move(salt), 4096), "user", std::move(channel),
          std::string(kServerNonce)};
}

std::string StateOf(const Result<std::string>& result) {
  return result ? "" : std::string(result.error().SqlState());
}

TEST(Scram, TheExampleOfTheStandard) {
  auto exchange = Example();
  const auto challenge = exchange.First(kScram, kClientFirst);
  ASSERT_TRUE(challenge);
  EXPECT_EQ(*challenge,
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,"
            "i=4096");
  const auto proven = exchange.Final(kClientFinal);
  ASSERT_TRUE(proven) << proven.error().message;
  EXPECT_EQ(*proven, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(Scram, AnotherPasswordIsRefused) {
  auto exchange = Example("", "pencils");
  ASSERT_TRUE(exchange.First(kScram, kClientFirst));
  EXPECT_EQ(StateOf(exchange.Final(kClientFinal)), "28P01");
}

TEST(Scram, AnAnswerForAnotherNonceIsRefused) {
  auto exchange = Example();
  ASSERT_TRUE(exchange.First(kScram, "n,,n=user,r=another"));
  EXPECT_EQ(StateOf(exchange.Final(kClientFinal)), "08P01");
}

TEST(Scram, ChannelBindingIsOfferedWithAChannelOnly) {
  EXPECT_THAT(Example().mechanisms(), testing::ElementsAre(kScram));
  EXPECT_THAT(Example("hash").mechanisms(), testing::ElementsAre(kScramPlus, kScram));
  EXPECT_EQ(StateOf(Example().First(kScramPlus, "p=tls-server-end-point,,n=,r=abc")), "08P01");
  EXPECT_EQ(StateOf(Example("hash").First(kScramPlus, "p=tls-unique,,n=,r=abc")), "08P01");
  EXPECT_EQ(StateOf(Example("hash").First(kScramPlus, "n,,n=,r=abc")), "08P01");
}

TEST(Scram, AMechanismTakenOutOfTheListIsNoticed) {
  EXPECT_EQ(StateOf(Example("hash").First(kScram, "y,,n=,r=abc")), "28000");
  EXPECT_EQ(StateOf(Example().First(kScram, "y,,n=,r=abc")), "");
}

TEST(Scram, AnotherChannelIsRefused) {
  auto exchange = Example("hash");
  ASSERT_TRUE(exchange.First(kScramPlus, "p=tls-server-end-point,,n=,r=abc"));
  const auto other = ToBase64("p=tls-server-end-point,," + std::string("other"));
  EXPECT_EQ(StateOf(exchange.Final("c=" + other + ",r=abc,p=AAAA")), "28000");
}

TEST(Scram, RubbishIsRefused) {
  for (const char* text : {"", "n", "n,", "n,,", "n,,r=abc", "n,,n=", "n,,n=,r=", "n,,n=,r=\x01",
                           "x,,n=,r=abc", "n,a=me,n=,r=abc", "n,,m=x,n=,r=abc"}) {
    EXPECT_NE(StateOf(Example().First(kScram, text)), "") << text;
  }
  for (const char* text : {"", "c=biws", "c=biws,r=", "c=,r=x,p=y", "r=x", "c=biws,p=AAAA"}) {
    auto exchange = Example();
    ASSERT_TRUE(exchange.First(kScram, kClientFirst));
    EXPECT_NE(StateOf(exchange.Final(text)), "") << text;
  }
}

}  // namespace
}  // namespace firn::net::pgwire

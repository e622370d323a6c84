#include "base/scram_verifier.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

// RFC 7677, section 3: the keys of password "pencil" with this salt lead to its proof.
TEST(ScramVerifier, TheExampleOfTheStandard) {
  const auto salt = FromBase64("W22ZaJ0SNY7soEsUEjb6gQ==");
  ASSERT_TRUE(salt);
  const auto verifier = ScramVerifier::Of("pencil", *salt, 4096);
  const std::string message =
      "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,"
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  EXPECT_EQ(ToBase64(HmacSha256(verifier.server_key, message)),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST(ScramVerifier, ReadsWhatItWrote) {
  const auto verifier = ScramVerifier::Of("it's a secret");
  const auto read = ScramVerifier::Parse(verifier.ToString());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->ToString(), verifier.ToString());
  EXPECT_EQ(read->salt, verifier.salt);
}

TEST(ScramVerifier, TwoOfOnePasswordDiffer) {
  EXPECT_NE(ScramVerifier::Of("x").ToString(), ScramVerifier::Of("x").ToString());
}

TEST(ScramVerifier, RefusesWhatIsNone) {
  for (const char* text :
       {"", "md5abc", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:salt$a:b", "SCRAM-SHA-256$0:AAAA$A:A",
        "SCRAM-SHA-256$x:AAAA$AAAA:AAAA", "SCRAM-SHA-256$4096$:AAAA:AAAA"}) {
    EXPECT_FALSE(ScramVerifier::Parse(text)) << text;
  }
}

TEST(Base64, AnyBytesAndBack) {
  for (const auto& bytes : {std::string(), std::string("a"), std::string("ab"), std::string("abc"),
                            std::string(5, '\0')}) {
    EXPECT_EQ(FromBase64(ToBase64(bytes)).value(), bytes);
  }
  EXPECT_FALSE(FromBase64("abc"));
  EXPECT_FALSE(FromBase64("a!c="));
}

}  // namespace
}  // namespace firn

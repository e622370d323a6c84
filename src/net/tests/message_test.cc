#include "net/pgwire/message.h"

#include <random>

#include <gtest/gtest.h>

#include "net/pgwire/byte_order.h"
#include "net/pgwire/message_writer.h"
#include "net/tests/wire_client.h"

namespace firn::net::pgwire {
namespace {

std::string BodyOf(const std::string& message) {
  return message.substr(Header::kBytes);
}

TEST(Message, EveryCutOfABindIsAViolation) {
  const auto body = BodyOf(net::BindMessage("p", "s", {"one", std::nullopt}, {0, 1}, {1, 0}));
  ASSERT_TRUE(ParseBind(body));
  for (size_t cut = 0; cut < body.size(); ++cut) {
    SCOPED_TRACE(cut);
    auto parsed = ParseBind(body.substr(0, cut));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().SqlState(), "08P01");
  }
  EXPECT_FALSE(ParseBind(body + "x"));
}

TEST(Message, ABindMayHave65535Parameters) {
  const std::vector<std::optional<std::string>> values(65535, "v");
  auto parsed = ParseBind(BodyOf(net::BindMessage("", "", values)));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->parameters.size(), 65535u);
}

TEST(Message, OneParameterFormatIsForAll) {
  auto parsed = ParseBind(BodyOf(net::BindMessage("", "", {"a", "b"}, {}, {1})));
  ASSERT_TRUE(parsed);
  ASSERT_TRUE(ResolveFormats(*parsed));
  EXPECT_EQ(parsed->parameters[1].format, Format::kBinary);
  parsed->parameter_formats = {2};
  EXPECT_EQ(ResolveFormats(*parsed).error().SqlState(), "22023");
}

TEST(Message, TheFirstBytesThatAreNotUtf8AreNamed) {
  EXPECT_TRUE(CheckUtf8("grüße, 雪, 🏔"));
  EXPECT_TRUE(CheckUtf8(""));
  const std::pair<std::string, std::string> cases[] = {{"a\xff", "0xff"},
                                                       {"ü\xc3(", "0xc3"},
                                                       {"雪\xed\xa0\x80", "0xed 0xa0 0x80"},
                                                       {"x\xf0\x9f", "0xf0 0x9f"}};
  for (const auto& [text, bytes] : cases) {
    EXPECT_EQ(CheckUtf8(text).error().message,
              "invalid byte sequence for encoding \"UTF8\": " + bytes);
  }
}

TEST(Message, ErrorsNeverCarryBytesThatAClientCannotDecode) {
  std::string out;
  auto error = MakeError(ErrorCode::kInvalidInput, "{}", std::string("bad\0byte\xff", 9));
  AppendError(out, Severity::kError, error);
  EXPECT_NE(out.find("Mbad?byte?"), std::string::npos);
  EXPECT_EQ(ReadBig32(out.data() + 1) + 1, out.size());
}

TEST(Message, OptionsAreSplitAsPostgresDoes) {
  auto options = ParseOptions("-c a=1 -cb=2  --c-d=x\\ y\\\\ ");
  ASSERT_TRUE(options);
  const std::vector<std::pair<std::string, std::string>> want = {
      {"a", "1"}, {"b", "2"}, {"c_d", "x y\\"}};
  EXPECT_EQ(*options, want);
  EXPECT_TRUE(ParseOptions("")->empty());
  for (const char* bad : {"-c", "-c a", "-d x", "--=1", "plain"}) {
    EXPECT_FALSE(ParseOptions(bad)) << bad;
  }
}

TEST(Message, RandomBytesNeverHarmTheParser) {
  std::mt19937 random(20240229);
  const auto seed = net::BindMessage("p", "s", {"one", std::nullopt}, {0, 1}, {1, 0});
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seed;
    for (int change = 0; change < 4; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(random() % (bytes.size() + 1));
    FuzzMessages(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
}

}  // namespace
}  // namespace firn::net::pgwire

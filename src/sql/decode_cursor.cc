#include "sql/decode_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Flag;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

// Bits of the grammar's `options`.
constexpr int64_t kBinary = 0x01;
constexpr int64_t kScroll = 0x02;
constexpr int64_t kNoScroll = 0x04;
constexpr int64_t kHold = 0x20;

int64_t Number(const tree::Json& body, const char* key) {
  const auto& value = At(body, key);
  if (value.is_number_integer()) return value.get<int64_t>();
  return value.is_string() ? std::stoll(value.get<std::string>()) : 0;
}

}  // namespace

Result<Command> DecodeDeclareCursor(const Statement& statement, const tree::Json& body) {
  const auto options = Number(body, "options");
  if ((options & kScroll) != 0 && (options & kNoScroll) != 0) {
    return Wrong(statement, -1, "42P11", "cannot specify both SCROLL and NO SCROLL");
  }
  if (!Open(At(body, "query")).Is("SelectStmt")) {
    return Refuse(statement, statement.begin, "a cursor over this statement is not supported",
                  "Use SELECT, VALUES or WITH.");
  }
  return DeclareCursorCommand{.name = std::string(Text(body, "portalname")),
                              .query = Inner(statement, At(body, "query")),
                              .binary = (options & kBinary) != 0,
                              .scroll = (options & kScroll) != 0,
                              .hold = (options & kHold) != 0};
}

Result<Command> DecodeFetch(const Statement& /*statement*/, const tree::Json& body) {
  using Direction = FetchCommand::Direction;
  FetchCommand command{.name = std::string(Text(body, "portalname")),
                       .count = Number(body, "howMany"),
                       .move = Flag(body, "ismove")};
  const auto direction = Text(body, "direction");
  if (direction == "FETCH_BACKWARD") command.direction = Direction::kBackward;
  if (direction == "FETCH_ABSOLUTE") command.direction = Direction::kAbsolute;
  if (direction == "FETCH_RELATIVE") command.direction = Direction::kRelative;
  return command;
}

Result<Command> DecodeClose(const Statement& /*statement*/, const tree::Json& body) {
  return CloseCursorCommand{.name = std::string(Text(body, "portalname"))};
}

}  // namespace firn::sql

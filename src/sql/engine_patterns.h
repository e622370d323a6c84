// sql: which regular expressions may be left to the engine's matcher, RE2, which is many times
// faster and finds another match than PostgreSQL's where several begin at one place: the first of
// those that come to backtracking, not the longest.
#pragma once

#include <optional>
#include <string_view>

namespace firn::sql {

/// Whether both read the pattern alike, so that a text has a match for both or for neither: no
/// classes by name, no escapes but of punctuation, no counts, no (?…).
bool EngineReadsAlike(std::string_view pattern);

/// How many parentheses a pattern has of which backtracking finds PostgreSQL's match first: it is
/// ^…$, so that only what the parentheses match could differ. Between them, and in them, the next
/// character tells where a quantifier ends: the longest way is then the first one too. Nothing: not
/// such a pattern. Options that change what it means there are none.
std::optional<int> GroupsIfFirstIsLongest(std::string_view pattern);

/// Whether regexp_replace() of the first match, with these constants, is the same by both.
bool ReplacesAlike(std::string_view pattern, std::string_view replacement);

}  // namespace firn::sql

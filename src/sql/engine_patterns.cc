#include "sql/engine_patterns.h"

#include <bitset>
#include <cctype>
#include <vector>

namespace firn::sql {
namespace {

using Characters = std::bitset<129>;  // of ASCII; the last one is any other
constexpr std::string_view kSpecial = "\\[](){}*+?|^$.";

bool IsAscii(char c) {
  return static_cast<unsigned char>(c) < 128;
}
bool IsPunctuation(char c) {
  return c > ' ' && c <= '~' && c != '_' && std::isalnum(static_cast<unsigned char>(c)) == 0;
}
/// Both ends of a range that every encoding orders alike.
bool IsRange(char from, char to) {
  const auto both = [&](char least, char most) {
    return least <= from && from <= to && to <= most;
  };
  return both('0', '9') || both('a', 'z') || both('A', 'Z');
}

/// One character, or some in (?:…), with its quantifier.
struct Item {
  Characters first;
  bool quantified = false;
  bool may_be_empty = false;
};

class Anchored {
 public:
  explicit Anchored(std::string_view pattern) : rest_(pattern) {}

  /// How many parentheses there are. Nothing: not such a pattern.
  std::optional<int> CountGroups() {
    if (!Take('^')) return {};
    int groups = 0;
    std::vector<Item> between;
    while (!rest_.empty()) {
      if (Take('$')) {
        if (!rest_.empty() || !IsDetermined(between)) return {};
        return groups;
      }
      if (rest_.starts_with("(?:")) {
        if (!Optional(&between)) return {};
      } else if (Take('(')) {
        std::vector<Item> inside;
        while (!rest_.starts_with(')')) {
          if (!Quantified(&inside)) return {};
        }
        rest_.remove_prefix(1);
        if (!IsDetermined(between) || !IsDetermined(inside) || AtQuantifier()) return {};
        between.clear();
        ++groups;
      } else if (!Quantified(&between)) {
        return {};
      }
    }
    return {};
  }

 private:
  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool AtQuantifier() const {
    return !rest_.empty() && std::string_view("*+?{").find(rest_.front()) != rest_.npos;
  }

  static bool IsDetermined(const std::vector<Item>& items) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (!items[i].quantified) continue;
      for (size_t next = i + 1; next < items.size(); ++next) {
        if ((items[i].first & items[next].first).any()) return false;
        if (!items[next].may_be_empty) break;
      }
    }
    return true;
  }

  bool Quantified(std::vector<Item>* items) {
    Item item;
    if (!Atom(&item.first)) return false;
    if (AtQuantifier()) {
      item.quantified = true;
      item.may_be_empty = !rest_.starts_with('+');
      if (Take('{')) return false;
      rest_.remove_prefix(1);
      if (AtQuantifier()) return false;
    }
    items->push_back(item);
    return true;
  }

  // (?:…)? of plain characters.
  bool Optional(std::vector<Item>* items) {
    rest_.remove_prefix(3);
    Item item{.quantified = true, .may_be_empty = true};
    if (!Atom(&item.first)) return false;
    Characters ignored;
    while (!Take(')')) {
      if (!Atom(&ignored)) return false;
    }
    if (!Take('?') || AtQuantifier()) return false;
    items->push_back(item);
    return true;
  }

  bool Atom(Characters* first) {
    if (rest_.empty() || !IsAscii(rest_.front())) return false;
    if (Take('.')) {
      first->set();
      return true;
    }
    if (Take('[')) return Brackets(first);
    if (Take('\\')) {
      if (rest_.empty() || !IsPunctuation(rest_.front())) return false;
    } else if (kSpecial.find(rest_.front()) != kSpecial.npos) {
      return false;
    }
    first->reset();
    first->set(static_cast<size_t>(rest_.front()));
    rest_.remove_prefix(1);
    return true;
  }

  bool Brackets(Characters* first) {
    const bool others = Take('^');
    first->reset();
    while (!rest_.starts_with(']')) {
      const char c = rest_.empty() ? '\0' : rest_.front();
      if (c == '\0' || !IsAscii(c) || std::string_view("\\[^-").find(c) != rest_.npos) return false;
      rest_.remove_prefix(1);
      char last = c;
      if (Take('-')) {
        if (rest_.empty() || !IsRange(c, rest_.front())) return false;
        last = rest_.front();
        rest_.remove_prefix(1);
      }
      for (char at = c; at <= last; ++at) first->set(static_cast<size_t>(at));
    }
    if (first->none()) return false;
    rest_.remove_prefix(1);
    if (others) first->flip();
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool EngineReadsAlike(std::string_view pattern) {
  bool in_brackets = false;
  int depth = 0;
  char before = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    const bool repeats = c == '*' || c == '+' || c == '?';
    if (c == '\\') {
      constexpr std::string_view kPunctuation = ".*+?()[]{}|^$/-";
      if (in_brackets || next == 0 || kPunctuation.find(next) == kPunctuation.npos) return false;
      ++i;
      before = 'x';
      continue;
    }
    if (in_brackets) {
      if (c == '[') return false;
      if (c == ']') in_brackets = false;
    } else if (c == '[') {
      // "[]a]" and "[^]a]" are read differently.
      const char first = next == '^' && i + 2 < pattern.size() ? pattern[i + 2] : next;
      if (first == ']' || first == '\0') return false;
      in_brackets = true;
    } else if (c == '{' || c == '}' || c == ']' || (c == '(' && next == '?')) {
      return false;
    } else if (repeats && (before == 0 || before == '(' || before == '|' || before == '*' ||
                           before == '+' || before == '?' || before == '^')) {
      return false;
    }
    if (!in_brackets) depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth < 0) return false;
    before = c;
  }
  return !in_brackets && depth == 0;
}

std::optional<int> GroupsIfFirstIsLongest(std::string_view pattern) {
  return Anchored(pattern).CountGroups();
}

bool ReplacesAlike(std::string_view pattern, std::string_view replacement) {
  const auto groups = GroupsIfFirstIsLongest(pattern);
  for (size_t i = 0; groups && i < replacement.size(); ++i) {
    if (replacement[i] != '\\') continue;
    const char group = ++i < replacement.size() ? replacement[i] : '\0';
    if (group < '1' || group > '9' || group - '0' > *groups) return false;
  }
  return groups.has_value();
}

}  // namespace firn::sql

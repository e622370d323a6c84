#include "sql/functions.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sql/functions/table.h"

namespace firn::sql {
namespace {

using enum FunctionKind;

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = Trimmed(text)).empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

FunctionKind KindOf(std::string_view section) {
  constexpr std::array<std::pair<std::string_view, FunctionKind>, 5> kSections = {{
      {"[scalar]", kScalar},
      {"[aggregate]", kAggregate},
      {"[window]", kWindow},
      {"[table]", kTable},
      {"[server]", kServer},
  }};
  for (const auto& [name, kind] : kSections) {
    if (name == section) return kind;
  }
  FIRN_CHECK(false && "a section of the table of functions");
  return kScalar;
}

/// The entries of some tables, and the text they point into.
class Catalog {
 public:
  explicit Catalog(std::initializer_list<std::string_view> tables) {
    for (const auto table : tables) Read(table);
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
  }
  std::span<const FunctionEntry> all() const { return entries_; }
  std::span<const FunctionEntry> Named(std::string_view name) const {
    const auto found =
        std::equal_range(entries_.begin(), entries_.end(), FunctionEntry{.name = name},
                         [](const auto& a, const auto& b) { return a.name < b.name; });
    return {found.first, found.second};
  }

 private:
  void Read(std::string_view written) {
    // A line that begins with blanks goes on with the one before.
    constexpr std::string_view kGoesOn = "\n  ";
    auto& joined = text_.emplace_back(written);
    for (auto at = joined.find(kGoesOn); at != joined.npos; at = joined.find(kGoesOn, at)) {
      joined.replace(at, kGoesOn.size(), " ");
    }
    std::string_view table = joined;
    FunctionKind kind = kScalar;
    while (!table.empty()) {
      const auto end = std::min(table.find('\n'), table.size());
      const auto line = table.substr(0, end);
      table.remove_prefix(std::min(end + 1, table.size()));
      if (line.empty() || line.starts_with("--")) continue;
      if (line.front() == '[') {
        kind = KindOf(line);
      } else {
        ReadLine(line, kind);
      }
    }
  }

  void ReadLine(std::string_view line, FunctionKind kind) {
    constexpr std::string_view kFor = " | T = ";
    const auto types = line.rfind(kFor);
    if (types == std::string_view::npos) return Add(line, kind);
    for (const auto type : Words(line.substr(types + kFor.size()))) {
      std::string one;
      const auto form = line.substr(0, types);
      const auto in_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      };
      for (size_t i = 0; i < form.size(); ++i) {
        const bool alone = form[i] == 'T' && (i == 0 || !in_word(form[i - 1])) &&
                           (i + 1 == form.size() || !in_word(form[i + 1]));
        if (alone) {
          one += type;
        } else {
          one += form[i];
        }
      }
      text_.push_back(std::move(one));
      Add(text_.back(), kind);
    }
  }

  void Add(std::string_view line, FunctionKind kind) {
    const auto open = line.find('(');
    const auto close = line.find(')', open);
    FIRN_CHECK(close != std::string_view::npos);
    FunctionEntry entry{.name = line.substr(0, open),
                        .kind = kind,
                        .arguments = line.substr(open + 1, close - open - 1)};
    auto rest = line.substr(close + 1);
    constexpr std::string_view kEngine = " : ";
    const auto colon = rest.find(kEngine);
    entry.result = Trimmed(rest.substr(0, colon));
    if (colon != std::string_view::npos) {
      rest.remove_prefix(colon + kEngine.size());
      constexpr std::string_view kOpen = " ~ ";
      const auto tilde = rest.find(kOpen);
      entry.engine = Trimmed(rest.substr(0, tilde));
      if (tilde != std::string_view::npos) entry.open = Trimmed(rest.substr(tilde + kOpen.size()));
    }
    entries_.push_back(entry);
  }

  std::deque<std::string> text_;
  std::vector<FunctionEntry> entries_;
};

const Catalog& FunctionCatalog() {
  static const Catalog kCatalog{table::Numbers(),       table::Text(),   table::Times(),
                                table::Aggregates(),    table::Nested(), table::Others(),
                                table::CatalogLookups()};
  return kCatalog;
}
const Catalog& OperatorCatalog() {
  static const Catalog kCatalog{table::Operators()};
  return kCatalog;
}

}  // namespace

std::span<const FunctionEntry> Functions() {
  return FunctionCatalog().all();
}
std::span<const FunctionEntry> Operators() {
  return OperatorCatalog().all();
}
std::span<const FunctionEntry> FindFunction(std::string_view name) {
  return FunctionCatalog().Named(name);
}
std::span<const FunctionEntry> FindOperator(std::string_view name) {
  return OperatorCatalog().Named(name);
}
bool TakesArguments(std::span<const FunctionEntry> entries, size_t count) {
  return std::any_of(entries.begin(), entries.end(), [count](const FunctionEntry& entry) {
    const auto words = Words(entry.arguments);
    return words.size() == count || (!words.empty() && words.back() == "...");
  });
}

bool IsAbsentFunction(std::string_view name) {
  static const auto kNames = [] {
    std::string joined(table::Absent());
    std::replace(joined.begin(), joined.end(), '\n', ' ');
    std::vector<std::string> names;
    for (const auto word : Words(joined)) names.emplace_back(word);
    return names;
  }();
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace firn::sql

#include "sql/resolve_internal.h"

#include <algorithm>

namespace firn::sql {
namespace {

struct Candidate {
  const FunctionEntry* entry;
  std::vector<TypeTag> arguments;
};
using Candidates = std::vector<Candidate>;

/// `any` becomes the common type of the arguments in its places; false when there is none.
bool BindAny(Candidate& candidate, std::span<const ValueType> arguments) {
  // json is made of values of any types, each of its own.
  if (candidate.entry->result.starts_with("json")) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (candidate.arguments[i] != TypeTag::kAny) continue;
      const auto tag = arguments[i].tag;
      if (tag == TypeTag::kUnknown && arguments.size() == 1) return false;
      candidate.arguments[i] = tag == TypeTag::kUnknown ? TypeTag::kText : tag;
    }
  }
  constexpr auto kAnyArray = ArrayOf(TypeTag::kAny);
  std::vector<ValueType> in_any;
  bool arrays = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (candidate.arguments[i] == TypeTag::kAny) in_any.push_back(arguments[i]);
    if (candidate.arguments[i] != kAnyArray) continue;
    arrays = true;
    auto element = arguments[i];
    if (element.tag != TypeTag::kUnknown) {
      if (!IsArray(element.tag)) return false;
      element.tag = ElementOf(element.tag);
    }
    in_any.push_back(element);
  }
  if (in_any.empty()) return true;
  const auto common = CommonType(in_any);
  if (!common || (arrays && IsArray(common->tag))) return false;
  const bool known = std::any_of(in_any.begin(), in_any.end(),
                                 [](const auto& type) { return type.tag != TypeTag::kUnknown; });
  if (arrays && !known) return false;
  for (auto& tag : candidate.arguments) {
    if (tag == TypeTag::kAny) tag = common->tag;
    if (tag == kAnyArray) tag = ArrayOf(common->tag);
  }
  return true;
}

/// Keeps the candidates with the highest score.
template <typename Score>
void KeepBest(Candidates& candidates, Score score) {
  int best = 0;
  for (const auto& candidate : candidates) best = std::max(best, score(candidate));
  std::erase_if(candidates, [&](const Candidate& c) { return score(c) < best; });
}

// Rules 4.d and 4.e: how many arguments match as they are, or are of a preferred type.
void KeepClosest(Candidates& candidates, std::span<const ValueType> arguments) {
  KeepBest(candidates, [&](const Candidate& candidate) {
    int exact = 0;
    for (size_t i = 0; i < arguments.size(); ++i) {
      const auto from = arguments[i].tag;
      if (from == TypeTag::kUnknown) continue;
      const bool same_text = from == TypeTag::kVarchar && candidate.arguments[i] == TypeTag::kText;
      if (from == candidate.arguments[i] || same_text) ++exact;
    }
    return exact;
  });
  if (candidates.size() == 1) return;
  KeepBest(candidates, [&](const Candidate& candidate) {
    int good = 0;
    for (size_t i = 0; i < arguments.size(); ++i) {
      const auto from = arguments[i].tag;
      const auto to = candidate.arguments[i];
      if (from == TypeTag::kUnknown) continue;
      if (from == to || (IsPreferred(to) && Category(from) == Category(to))) ++good;
    }
    return good;
  });
}

// Rule 4.f: the category of a quoted literal is text if any candidate takes text there, or what
// all candidates agree on; preferred types win inside it.
void KeepByLiterals(Candidates& candidates, std::span<const ValueType> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].tag != TypeTag::kUnknown) continue;
    char category = Category(candidates.front().arguments[i]);
    bool agreed = true;
    bool preferred = false;
    for (const auto& candidate : candidates) {
      const auto tag = candidate.arguments[i];
      if (Category(tag) == 'S') {
        category = 'S';
        agreed = true;
        break;
      }
      if (Category(tag) != category) agreed = false;
    }
    if (!agreed) return;
    for (const auto& candidate : candidates) {
      const auto tag = candidate.arguments[i];
      if (Category(tag) == category && IsPreferred(tag)) preferred = true;
    }
    Candidates kept;
    for (const auto& candidate : candidates) {
      const auto tag = candidate.arguments[i];
      if (Category(tag) == category && (!preferred || IsPreferred(tag))) kept.push_back(candidate);
    }
    if (!kept.empty()) candidates = std::move(kept);
  }
}

// The last resort: literals are assumed to be of the one type all known arguments have.
void KeepAsKnown(Candidates& candidates, std::span<const ValueType> arguments) {
  TypeTag known = TypeTag::kUnknown;
  for (const auto& argument : arguments) {
    if (argument.tag == TypeTag::kUnknown) continue;
    if (known != TypeTag::kUnknown && known != argument.tag) return;
    known = argument.tag;
  }
  if (known == TypeTag::kUnknown) return;
  Candidates kept;
  for (const auto& candidate : candidates) {
    const bool all =
        std::all_of(candidate.arguments.begin(), candidate.arguments.end(),
                    [&](TypeTag to) { return CanCast(known, to, CastContext::kImplicit); });
    if (all) kept.push_back(candidate);
  }
  if (kept.size() == 1) candidates = std::move(kept);
}

const Candidate* FindExact(const Candidates& candidates, std::span<const ValueType> arguments) {
  for (const auto& candidate : candidates) {
    bool same = true;
    for (size_t i = 0; i < arguments.size(); ++i) {
      same = same && candidate.arguments[i] == arguments[i].tag;
    }
    if (same) return &candidate;
  }
  return nullptr;
}

Resolution Chosen(const Candidate& candidate) {
  return {.entry = candidate.entry, .arguments = candidate.arguments};
}

}  // namespace

std::vector<TypeTag> ArgumentTags(const FunctionEntry& entry) {
  std::vector<TypeTag> tags;
  std::string_view rest = entry.arguments;
  while (!rest.empty()) {
    const auto space = std::min(rest.find(' '), rest.size());
    tags.push_back(TagFromName(rest.substr(0, space)));
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return tags;
}

Resolution Resolve(std::span<const FunctionEntry> entries, std::span<const ValueType> arguments,
                   bool is_operator) {
  Candidates candidates;
  for (const auto& entry : entries) {
    Candidate candidate{&entry, ArgumentTags(entry)};
    if (candidate.arguments.size() != arguments.size()) continue;
    if (BindAny(candidate, arguments)) candidates.push_back(std::move(candidate));
  }
  if (const auto* exact = FindExact(candidates, arguments)) return Chosen(*exact);
  if (is_operator && arguments.size() == 2 &&
      (arguments[0].tag == TypeTag::kUnknown) != (arguments[1].tag == TypeTag::kUnknown)) {
    const auto known = arguments[0].tag == TypeTag::kUnknown ? arguments[1] : arguments[0];
    const ValueType both[] = {known, known};
    if (const auto* exact = FindExact(candidates, both)) return Chosen(*exact);
  }
  std::erase_if(candidates, [&](const Candidate& candidate) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!CanCast(arguments[i].tag, candidate.arguments[i], CastContext::kImplicit)) return true;
    }
    return false;
  });
  if (candidates.size() > 1) KeepClosest(candidates, arguments);
  if (candidates.size() > 1) KeepByLiterals(candidates, arguments);
  if (candidates.size() > 1) KeepAsKnown(candidates, arguments);
  // `any` taken for text beside a signature of text.
  const bool alike = std::all_of(candidates.begin(), candidates.end(), [&](const Candidate& c) {
    return c.arguments == candidates.front().arguments;
  });
  if (!candidates.empty() && alike) return Chosen(candidates.front());
  return {.ambiguous = candidates.size() > 1};
}

}  // namespace firn::sql

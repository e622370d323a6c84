#include "columnar/datetime_fields_internal.h"

namespace firn::columnar {
namespace {

using Word = DateTimeWord;

constexpr int Of(DateTimeUnit unit) {
  return static_cast<int>(unit);
}
constexpr int Of(DateTimeFields::Special special) {
  return static_cast<int>(special);
}

constexpr DateTimeWordEntry kWords[] = {
    {"t", Word::kIsoTime, 0},
    {"z", Word::kUtc, 0},
    {"utc", Word::kUtc, 0},
    {"gmt", Word::kUtc, 0},
    {"ad", Word::kEra, 0},
    {"bc", Word::kEra, 1},
    {"am", Word::kHalfOfDay, 0},
    {"pm", Word::kHalfOfDay, 1},
    {"jan", Word::kMonth, 1},
    {"feb", Word::kMonth, 2},
    {"mar", Word::kMonth, 3},
    {"apr", Word::kMonth, 4},
    {"may", Word::kMonth, 5},
    {"jun", Word::kMonth, 6},
    {"jul", Word::kMonth, 7},
    {"aug", Word::kMonth, 8},
    {"sep", Word::kMonth, 9},
    {"sept", Word::kMonth, 9},
    {"oct", Word::kMonth, 10},
    {"nov", Word::kMonth, 11},
    {"dec", Word::kMonth, 12},
    {"january", Word::kMonth, 1},
    {"february", Word::kMonth, 2},
    {"march", Word::kMonth, 3},
    {"april", Word::kMonth, 4},
    {"june", Word::kMonth, 6},
    {"july", Word::kMonth, 7},
    {"august", Word::kMonth, 8},
    {"september", Word::kMonth, 9},
    {"october", Word::kMonth, 10},
    {"november", Word::kMonth, 11},
    {"december", Word::kMonth, 12},
    {"mon", Word::kWeekday, 0},
    {"tue", Word::kWeekday, 0},
    {"tues", Word::kWeekday, 0},
    {"wed", Word::kWeekday, 0},
    {"weds", Word::kWeekday, 0},
    {"thu", Word::kWeekday, 0},
    {"thur", Word::kWeekday, 0},
    {"thurs", Word::kWeekday, 0},
    {"fri", Word::kWeekday, 0},
    {"sat", Word::kWeekday, 0},
    {"sun", Word::kWeekday, 0},
    {"monday", Word::kWeekday, 0},
    {"tuesday", Word::kWeekday, 0},
    {"wednesday", Word::kWeekday, 0},
    {"thursday", Word::kWeekday, 0},
    {"friday", Word::kWeekday, 0},
    {"saturday", Word::kWeekday, 0},
    {"sunday", Word::kWeekday, 0},
    {"at", Word::kIgnored, 0},
    {"on", Word::kIgnored, 0},
    {"infinity", Word::kSpecial, Of(DateTimeFields::Special::kInfinity)},
    {"-infinity", Word::kSpecial, Of(DateTimeFields::Special::kMinusInfinity)},
    {"epoch", Word::kSpecial, Of(DateTimeFields::Special::kEpoch)},
    {"now", Word::kRelative, 0},
    {"today", Word::kRelative, 0},
    {"tomorrow", Word::kRelative, 0},
    {"yesterday", Word::kRelative, 0},
    {"y", Word::kUnit, Of(DateTimeUnit::kYear)},
    {"m", Word::kUnit, Of(DateTimeUnit::kMonth)},
    {"d", Word::kUnit, Of(DateTimeUnit::kDay)},
    {"h", Word::kUnit, Of(DateTimeUnit::kHour)},
    {"mm", Word::kUnit, Of(DateTimeUnit::kMinute)},
    {"s", Word::kUnit, Of(DateTimeUnit::kSecond)},
    {"j", Word::kUnit, Of(DateTimeUnit::kJulian)},
    {"jd", Word::kUnit, Of(DateTimeUnit::kJulian)},
    {"julian", Word::kUnit, Of(DateTimeUnit::kJulian)},
    {"dow", Word::kUnit, Of(DateTimeUnit::kOther)},
    {"doy", Word::kUnit, Of(DateTimeUnit::kOther)},
    {"isodow", Word::kUnit, Of(DateTimeUnit::kOther)},
    {"isoyear", Word::kUnit, Of(DateTimeUnit::kOther)},
    {"ut", Word::kUtc, 0},
    {"uct", Word::kUtc, 0},
    {"zulu", Word::kUtc, 0},
    {"greenwich", Word::kUtc, 0},
    {"universal", Word::kUtc, 0},
    {"allballs", Word::kMidnightUtc, 0},
};

// Zones of one word, so that the error can name the reason.
constexpr std::string_view kOtherZones[] = {
    "est",      "edt",       "cst",     "cdt",   "mst",       "mdt",   "pst",      "pdt",
    "akst",     "akdt",      "hst",     "bst",   "ist",       "wet",   "west",     "cet",
    "cest",     "met",       "eet",     "eest",  "msk",       "jst",   "kst",      "hkt",
    "sgt",      "pht",       "aest",    "aedt",  "acst",      "awst",  "nzst",     "nzdt",
    "brt",      "art",       "sast",    "dst",   "adt",       "ast",   "nst",      "ndt",
    "eat",      "wat",       "cat",     "ict",   "pkt",       "uzt",   "nz",       "gb",
    "prc",      "roc",       "rok",     "cuba",  "egypt",     "eire",  "hongkong", "iceland",
    "iran",     "israel",    "jamaica", "japan", "kwajalein", "libya", "navajo",   "poland",
    "portugal", "singapore", "turkey"};

}  // namespace

DateTimeWordEntry FindDateTimeWord(std::string_view word) {
  for (const auto& entry : kWords) {
    if (entry.word == word) return entry;
  }
  for (const auto zone : kOtherZones) {
    if (zone == word) return {zone, Word::kOtherZone, 0};
  }
  return {word, Word::kUnknown, 0};
}

}  // namespace firn::columnar

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

// The abbreviations of PostgreSQL's default set that stand for one offset at all times, in minutes
// east of Greenwich; those that meant several in their time stand for zones and are not here.
struct Abbreviation {
  std::string_view word;
  int east;
};
constexpr Abbreviation kAbbreviations[] = {
    {"acdt", 630},   {"acsst", 630},  {"acst", 570},  {"act", -300},  {"acwst", 525},
    {"adt", -180},   {"aedt", 660},   {"aesst", 660}, {"aest", 600},  {"aft", 270},
    {"akdt", -480},  {"akst", -540},  {"almst", 420}, {"almt", 360},  {"amt", -240},
    {"ast", -240},   {"awsst", 540},  {"awst", 480},  {"azost", 0},   {"azot", -60},
    {"bdst", 120},   {"bdt", 360},    {"bnt", 480},   {"bort", 480},  {"bot", -240},
    {"bra", -180},   {"brst", -120},  {"brt", -180},  {"bst", 60},    {"btt", 360},
    {"cadt", 630},   {"cast", 570},   {"cct", 480},   {"cdt", -300},  {"cest", 120},
    {"cet", 60},     {"cetdst", 120}, {"chadt", 825}, {"chast", 765}, {"chut", 600},
    {"clst", -180},  {"cot", -300},   {"cst", -360},  {"cxt", 420},   {"ddut", 600},
    {"eat", 180},    {"edt", -240},   {"eest", 180},  {"eet", 120},   {"eetdst", 180},
    {"egst", 0},     {"egt", -60},    {"est", -300},  {"fet", 180},   {"fjst", 780},
    {"fjt", 720},    {"fnst", -60},   {"fnt", -120},  {"galt", -360}, {"gamt", -540},
    {"gft", -180},   {"gilt", 720},   {"hkt", 480},   {"hst", -600},  {"ict", 420},
    {"idt", 180},    {"irt", 210},    {"ist", 120},   {"jayt", 540},  {"jst", 540},
    {"kdt", 600},    {"kgst", 360},   {"kst", 540},   {"lhst", 630},  {"ligt", 600},
    {"mart", -570},  {"mdt", -360},   {"mest", 120},  {"mesz", 120},  {"met", 60},
    {"metdst", 120}, {"mez", 60},     {"mht", 720},   {"mmt", 390},   {"mpt", 600},
    {"msd", 240},    {"mst", -420},   {"must", 300},  {"mut", 240},   {"mvt", 300},
    {"myt", 480},    {"ndt", -150},   {"nft", -210},  {"npt", 345},   {"nst", -210},
    {"nzdt", 780},   {"nzst", 720},   {"nzt", 720},   {"pdt", -420},  {"pet", -300},
    {"pgt", 600},    {"pht", 480},    {"pkst", 360},  {"pkt", 300},   {"pmdt", -120},
    {"pmst", -180},  {"pont", 660},   {"pst", -480},  {"pwt", 540},   {"pyst", -180},
    {"ret", 240},    {"sadt", 630},   {"sast", 120},  {"sct", 240},   {"taht", -600},
    {"tft", 300},    {"tjt", 300},    {"tot", 780},   {"trut", 600},  {"tvt", 720},
    {"ulast", 540},  {"uyst", -120},  {"uyt", -180},  {"uzst", 360},  {"uzt", 300},
    {"vut", 660},    {"wadt", 480},   {"wakt", 720},  {"wast", 420},  {"wat", 60},
    {"wdt", 540},    {"wet", 0},      {"wetdst", 60}, {"wft", 720},   {"wgst", -120},
    {"wgt", -180},   {"xjt", 360},    {"yapt", 600},  {"yekst", 360}};

// Zones of one word, so that the error can name the reason.
constexpr std::string_view kOtherZones[] = {
    "west",     "msk",       "sgt",     "art",   "dst",       "cat",   "nz",       "gb",
    "prc",      "roc",       "rok",     "cuba",  "egypt",     "eire",  "hongkong", "iceland",
    "iran",     "israel",    "jamaica", "japan", "kwajalein", "libya", "navajo",   "poland",
    "portugal", "singapore", "turkey",  "amst",  "anast",     "anat",  "arst",     "azst",
    "azt",      "ckt",       "clt",     "davt",  "easst",     "east",  "fkst",     "fkt",
    "gest",     "get",       "gyt",     "iot",   "irkst",     "irkt",  "kgt",      "kost",
    "krast",    "krat",      "lhdt",    "lint",  "lkt",       "magst", "magt",     "mawt",
    "novst",    "novt",      "nut",     "omsst", "omst",      "petst", "pett",     "pyt",
    "tkt",      "tmt",       "ulat",    "vet",   "vlast",     "vlat",  "volt",     "yakst",
    "yakt",     "yekt"};

}  // namespace

DateTimeWordEntry FindDateTimeWord(std::string_view word) {
  for (const auto& entry : kWords) {
    if (entry.word == word) return entry;
  }
  for (const auto& [zone, east] : kAbbreviations) {
    if (zone == word) return {zone, Word::kUtc, east};
  }
  for (const auto zone : kOtherZones) {
    if (zone == word) return {zone, Word::kOtherZone, 0};
  }
  return {word, Word::kUnknown, 0};
}

}  // namespace firn::columnar

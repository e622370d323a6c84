// Written by make_goldens.py with PyIceberg: bounds of each type, and what they mean.
#pragma once

struct BoundGolden {
  const char* type;
  const char* hex;
  const char* text;
};
// clang-format off
inline constexpr BoundGolden kBoundGoldens[] = {
    {"boolean", "00", "false"},
    {"boolean", "01", "true"},
    {"smallint", "0080ffff", "-32768"},
    {"integer", "ffffff7f", "2147483647"},
    {"bigint", "0000000000000080", "-9223372036854775808"},
    {"real", "0000c03f", "1.5"},
    {"double precision", "000000000000f0ff", "-inf"},
    {"double precision", "9a9999999999b93f", "0.1"},
    {"numeric(9,2)", "058c", "14.20"},
    {"numeric(9,2)", "80", "-1.28"},
    {"numeric(9,2)", "0080", "1.28"},
    {"numeric(38,10)", "fcc4d1c3602f7fc318000001", "-99999999999999999.9999999999"},
    {"text", "6772c3b6c39f65", "größe"},
    {"text", "", ""},
    {"bytea", "00ff", "00FF"},
    {"date", "c606f5ff", "0001-01-01"},
    {"timestamp without time zone", "ff5f73cc0c448403", "9999-12-31 23:59:59.999999"},
    {"timestamp with time zone", "ffffffffffffffff", "1969-12-31 23:59:59.999999Z"},
    {"uuid", "f79c3e09677c4bbda4793f349cb785e7", "F79C3E09677C4BBDA4793F349CB785E7"},
};
// clang-format on

// The table of functions as a whole, and functions whose types no query can name yet.
#include "sql/functions.h"

#include <set>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "sql/functions/bodies.h"

namespace firn::sql {
namespace {

TEST(FunctionTable, EveryEntryThatKnowsNumericsKnowsOpenOnes) {
  for (const auto entries : {Functions(), Operators()}) {
    for (const auto& entry : entries) {
      const bool numeric =
          (" " + std::string(entry.arguments) + " ").find(" numeric ") != std::string::npos;
      const bool ours = entry.engine.find("sql_") != std::string_view::npos;
      if (!numeric || ours || entry.engine == "-" || entry.engine.starts_with('!')) continue;
      EXPECT_FALSE(entry.open.empty()) << entry.name << "(" << entry.arguments << ")";
    }
  }
}

TEST(FunctionTable, EveryFunctionOfOurOwnThatAnEntryCallsIsThere) {
  std::set<std::string> made;
  for (const auto& function : AllEngineFunctions()) {
    EXPECT_TRUE(made.insert(function.name).second) << "twice: " << function.name;
  }
  for (const auto entries : {Functions(), Operators()}) {
    for (const auto& entry : entries) {
      for (const auto text : {entry.engine, entry.open}) {
        for (size_t at = text.find("sql_"); at != text.npos; at = text.find("sql_", at + 1)) {
          const auto name = std::string(text.substr(at, text.find('(', at) - at));
          EXPECT_TRUE(made.contains(name)) << name;
        }
      }
    }
  }
}

class FunctionBodies : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto opened = engine::Engine::Open({});
    ASSERT_TRUE(opened) << opened.error().message;
    engine_ = std::move(*opened).release();
    ASSERT_TRUE(engine_->AddFunctions(AllEngineFunctions()));
  }
  static void TearDownTestSuite() { delete engine_; }

  /// The one value of an expression, as text; an error's SQLSTATE.
  static std::string Eval(const std::string& expression) {
    auto lease = engine_->Connect();
    if (!lease) return lease.error().message;
    auto query = (*lease)->Prepare("SELECT CAST(" + expression + " AS VARCHAR)");
    if (!query) return std::string(query.error().SqlState());
    auto stream = (*query)->Execute();
    if (!stream) return std::string(stream.error().SqlState());
    auto batch = (*stream)->Next();
    if (!batch) return std::string(batch.error().SqlState());
    const auto scalar = (*batch)->column(0)->GetScalar(0).ValueOrDie();
    return scalar->is_valid ? scalar->ToString() : "NULL";
  }

  static inline engine::Engine* engine_ = nullptr;
};

// What is expected here was said by PostgreSQL 15.
TEST_F(FunctionBodies, JsonbIsWrittenAsPostgresWritesIt) {
  EXPECT_EQ(Eval(R"(sql_jsonb('{"b":1,"aa":[1,2.50,1e2],"a":null,"b":"x\u00e9\n"}'))"),
            R"({"a": null, "b": "xé\n", "aa": [1, 2.50, 100]})");
  EXPECT_EQ(Eval(R"(sql_jsonb_pretty('{"a":[1,{"b":2}],"c":{}}'))"),
            "{\n    \"a\": [\n        1,\n        {\n            \"b\": 2\n        }\n    ],\n"
            "    \"c\": {\n    }\n}");
  EXPECT_EQ(Eval("sql_jsonb('{a:1}')"), "22P02");
  EXPECT_EQ(Eval("sql_jsonb('01')"), "22P02");
  EXPECT_EQ(Eval(R"(sql_jsonb('"\u0000"'))"), "22P05");
}

TEST_F(FunctionBodies, PartsOfJson) {
  EXPECT_EQ(Eval(R"(sql_json_get('{"a": {"b" : 1}}', 'a'))"), R"({"b" : 1})");
  EXPECT_EQ(Eval(R"(sql_json_get_text('{"a": "x"}', 'a'))"), "x");
  EXPECT_EQ(Eval(R"(sql_json_get_text('{"a": null}', 'a'))"), "NULL");
  EXPECT_EQ(Eval(R"(sql_json_at('[1, 2]', -1))"), "2");
  EXPECT_EQ(Eval(R"(sql_json_path('{"a":{"b":[10,20]}}', ['a','b','-1']))"), "20");
  EXPECT_EQ(Eval(R"(sql_json_path_text('{"a":{"b":[10,"x"]}}', ['a','b','1']))"), "x");
  EXPECT_EQ(Eval(R"(sql_json_elements_text('["a", null, 1]'))"), "[a, NULL, 1]");
  EXPECT_EQ(Eval("sql_json_elements('1')"), "22023");
  EXPECT_EQ(Eval(R"(sql_json_keys('{"x":1,"y":2}'))"), "[x, y]");
}

TEST_F(FunctionBodies, JsonbContainsAndCompares) {
  EXPECT_EQ(Eval(R"(sql_jsonb_contains('[1,[2,3],"x"]', '["x",[3]]'))"), "true");
  EXPECT_EQ(Eval(R"(sql_jsonb_contains('{"a":1,"b":{"c":2}}', '{"b":{}}'))"), "true");
  EXPECT_EQ(Eval("sql_jsonb_contains('[1,2]', '1')"), "true");
  EXPECT_EQ(Eval("sql_jsonb_contains('1', '[1]')"), "false");
  EXPECT_EQ(Eval("sql_jsonb_key('1.0') = sql_jsonb_key('1')"), "true");
  EXPECT_EQ(Eval("sql_jsonb_key('[]') < sql_jsonb_key('null')"), "true");
  EXPECT_EQ(Eval("sql_jsonb_key('[[]]') > sql_jsonb_key('[null]')"), "true");
  EXPECT_EQ(Eval("sql_jsonb_key('[1,2]') > sql_jsonb_key('[3]')"), "true");
  EXPECT_EQ(Eval("sql_jsonb_key('-12') < sql_jsonb_key('-1.25')"), "true");
  EXPECT_EQ(Eval(R"(sql_jsonb_key('"a"') < sql_jsonb_key('1'))"), "true");
  EXPECT_EQ(Eval(R"(sql_jsonb_key('"a"') < sql_jsonb_key('"ab"'))"), "true");
}

TEST_F(FunctionBodies, ChangesToJsonb) {
  EXPECT_EQ(Eval(R"(sql_jsonb_concat('{"a":1}', '{"a":2,"c":3}'))"), R"({"a": 2, "c": 3})");
  EXPECT_EQ(Eval("sql_jsonb_concat('1', '2')"), "[1, 2]");
  EXPECT_EQ(Eval(R"(sql_jsonb_delete('["a","b"]', 'a'))"), R"(["b"])");
  EXPECT_EQ(Eval("sql_jsonb_delete_at('[1,2,3]', -1)"), "[1, 2]");
  EXPECT_EQ(Eval(R"(sql_jsonb_delete_path('{"a":[1,{"b":2}]}', ['a','1','b']))"),
            R"({"a": [1, {}]})");
  EXPECT_EQ(Eval(R"(sql_jsonb_set('{"a":[1,2]}', ['a','5'], '9', true))"), R"({"a": [1, 2, 9]})");
  EXPECT_EQ(Eval(R"(sql_jsonb_set('{"a":1}', ['b'], '2', false))"), R"({"a": 1})");
  EXPECT_EQ(Eval(R"(sql_jsonb_insert('{"a":[0,1]}', ['a','1'], '5', true))"),
            R"({"a": [0, 1, 5]})");
  EXPECT_EQ(Eval(R"(sql_jsonb_insert('{"a":1}', ['a'], '5', true))"), "22023");
  EXPECT_EQ(Eval(R"(sql_jsonb_strip_nulls('{"a":null,"b":[null,{"c":null}]}'))"),
            R"({"b": [null, {}]})");
}

}  // namespace
}  // namespace firn::sql

// sql: writes a resolved query for the engine. One class over several files:
//
//   write_query.cc       SELECT, VALUES, set operations, WITH, the result's types
//   write_clauses.cc     select lists, GROUP BY, ORDER BY, LIMIT
//   write_groups.cc      what a group shows of values that are equal but shown differently
//   write_from.cc        tables, joins, subqueries, table functions
//   write_expression.cc  expressions but operators and calls
//   write_operator.cc    operators
//   write_call.cc        functions, aggregates, windows
//   write_cast.cc        constants and casts
//   write_array.cc, write_json.cc  what is written of arrays and json
//   write_zone.cc        times in zones
//   write_pruning.cc     what the engine may leave out of files
//
// Every FROM item is r1, r2 … with columns c1, c2 … (tables keep their columns' names), every
// common table expression k1, k2 …; all column references are qualified. So no name of the user
// is ever looked up by the engine's rules, which differ from Postgres' (aliases in WHERE, case).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/collect_internal.h"
#include "sql/query.h"
#include "sql/query_block_internal.h"
#include "sql/resolve_internal.h"
#include "sql/scope_internal.h"
#include "sql/tree_internal.h"
#include "sql/user_types.h"
#include "sql/value_type_internal.h"
#include "sql/written_text_internal.h"

namespace firn::sql {

class QueryWriter {
 public:
  QueryWriter(const Statement& statement, const QueryContext& context, Collected collected);

  Result<EngineQuery> Write();
  Result<EngineQuery> WriteFor(std::span<const columnar::Column> targets);

 private:
  using Json = tree::Json;
  using Output = WrittenOutput;
  using Block = WrittenBlock;
  using Finished = FinishedBlock;
  using FromItem = WrittenFromItem;
  struct Grouping;

  // write_query.cc
  Result<Block> WriteSelect(const Json& body, const Scope* outer, const CommonTables* tables);
  Result<Block> WriteBody(const Json& body, const Scope* outer, const CommonTables* tables);
  Result<Block> WritePlain(const Json& body, const Scope* outer, const CommonTables* tables);
  /// Whether rows with such a value can be told apart, as `clause` (UNION, GROUP BY …) does.
  Status CheckEquality(const ValueType& type, std::string_view clause, int location);
  Result<Block> WriteSetOperation(const Json& body, const Scope* outer, const CommonTables* tables);
  Result<Block> WriteValues(const Json& body, const Scope* outer, const CommonTables* tables);
  Result<std::string> WriteWith(const Json& with, const Scope* outer, CommonTables& tables);
  Result<Finished> WriteCommonTable(const Json& body, bool recursive, const Scope* outer,
                                    CommonTables& tables, CommonTable& table);
  Result<Finished> WriteRecursive(const Json& query, const std::string& name, const Scope* outer,
                                  CommonTables& tables, CommonTable& table);
  /// Casts to `wanted` where given; what is unknown becomes text.
  Result<Finished> Finish(Block&& block, std::span<const std::optional<ValueType>> wanted = {});
  std::string DividedLate(const Block& block);
  Result<Finished> FinishRows(Block&& block, std::span<const std::optional<ValueType>> wanted);
  // write_pruning.cc
  /// Finish() of a query inside another.
  Result<Finished> FinishInside(Block&& block,
                                std::span<const std::optional<ValueType>> wanted = {});
  /// What ORDER BY … LIMIT sorts by first.
  static std::string BoundKey(const Expr& expr, const Scope* scope, bool nulls_first);
  static void MarkStored(const Scope& scope, Block& block);
  static bool IsStored(const Scope* scope, const std::string& sql, bool may_be_missing);

  /// The columns of a finished block under a new alias: "r3"(c1, c2).
  std::vector<VisibleColumn> ColumnsOf(const std::string& alias, const Block& block,
                                       const Finished& finished) const;
  Result<Block> Derived(Block&& block);
  /// INTERSECT and EXCEPT of values that are told apart by their keys.
  Result<Block> ByKeys(Block&& block, const Finished& left, const Finished& right,
                       std::string_view word, bool all);
  Result<std::string> FinishFor(Block&& block, std::span<const columnar::Column> targets);
  Result<Expr> WriteDefault(const columnar::Column& target, int location);
  Result<EngineQuery> Done(std::string sql, std::vector<columnar::Field> fields) const;
  arrow::ArrayVector KnownRow(const std::vector<columnar::Field>& fields) const;  // EngineQuery's

  // write_clauses.cc
  Status WriteTargets(const Json& body, const Place& place, Block& block);
  Status WriteStar(const Json& reference, const Place& place, Block& block);
  Result<std::string> WriteGroupBy(const Json& body, const Place& place, Block& block);
  Result<std::string> WriteGroupItem(const Json& item, const Place& place, Block& block);
  static std::string DistinctOutputs(const Block& block);
  std::string SortedOutput(const Block& block, size_t at) const;
  Result<std::string> WriteDistinct(const Json& body, const Place& place, Block& block);
  /// Without a scope only names of the select list are known.
  Status WriteOrderAndLimit(const Json& body, const Place& place, Block& block);
  /// What ORDER BY or DISTINCT ON names, and whether it is an output.
  struct Sorted {
    Expr expr;
    std::optional<size_t> output;
  };
  Result<Sorted> FindSorted(const Json& value, std::string_view clause, const Place& place,
                            Block& block);
  /// Errors: 42P10.
  Status CheckSorted(const Block& block, const std::vector<Sorted>& sorted,
                     const std::vector<int>& locations) const;
  Result<std::string> WriteLimit(const Json& node, std::string_view word, const Place& place);
  /// ORDER BY inside aggregates and windows: expressions only.
  Result<std::string> WriteSortList(const Json& items, const Place& place);
  Result<std::string> SortDirection(const Json& sort_by);
  Result<std::string> WriteCondition(const Json& node, std::string_view clause, const Place& place);

  // write_groups.cc
  /// A set-returning output that rows are grouped by (its number or name), as an item of FROM.
  void MoveGroupedSet(const Json& body, Block& block, FromItem& from);
  /// What GROUP BY is written with; the block remembers a value that is not its own key.
  Result<std::string> GroupKey(Expr& expr, Block& block);
  /// Whether a key is computed of the block's grouped columns alone, and shown.
  static bool IsGroupedAnyway(const std::string& key, const Block& block);
  /// Takes the numbers of columns of few texts for these as keys.
  void GroupByCodes(Block& block) const;
  /// Written text with what a group shows of the values that it is grouped by.
  static std::string Shown(std::string text, const Block& block);
  Status ShowGroups(Block& block, std::string& having);
  Status CheckGroupByAll(const Block& block) const;

  // write_from.cc
  Result<FromItem> WriteFrom(const Json& clause, const Scope* outer, const CommonTables* tables);
  Result<FromItem> WriteFromItem(const Json& item, const Scope* lateral, const Scope* outer,
                                 const CommonTables* tables);
  Status CheckPast(const Json& past, const ResolvedTable& table, const std::string& name);
  Result<FromItem> WriteTable(const Json& body, const CommonTables* tables);
  Result<FromItem> WriteSubselect(const Json& body, const Scope* lateral, const Scope* outer,
                                  const CommonTables* tables);
  Result<FromItem> WriteRangeFunction(const Json& body, const Scope* lateral,
                                      const CommonTables* tables);
  Result<FromItem> WriteDescribe(const Json& body, const Scope* outer, const CommonTables* tables);
  Result<FromItem> WriteJoin(const Json& body, const Scope* lateral, const Scope* outer,
                             const CommonTables* tables);
  Result<std::string> MergeColumns(const std::vector<std::string>& names, std::string_view type,
                                   FromItem& left, FromItem& right, Scope& out);
  /// Renames by alias and column list, and makes the one relation of an item.
  Result<Scope> Aliased(const Json& body, std::string own_name, std::string schema,
                        std::vector<VisibleColumn> columns, int location);

  // write_expression.cc
  Result<Expr> WriteExpr(const Json& node, const Place& place);
  Result<Expr> WriteNode(const tree::Node& node, const Place& place);
  Result<Expr> WriteColumn(const Json& body, const Place& place);
  Result<Expr> WriteParameter(const Json& body);
  Result<Expr> WriteBool(const Json& body, const Place& place);
  Result<Expr> WriteBooleanTest(const Json& body, const Place& place);
  Result<Expr> WriteNullTest(const Json& body, const Place& place);
  Result<Expr> WriteCase(const Json& body, const Place& place);
  Result<Expr> WriteCoalesce(const Json& body, const Place& place);
  Result<Expr> WriteMinMax(const Json& body, const Place& place);
  Result<Expr> ExtremeByKey(const std::vector<Expr>& exprs, const ValueType& type, bool greatest);
  Result<Expr> WriteSublink(const Json& body, const Place& place);
  /// `left op ANY (SELECT …)`, `left op ALL (SELECT …)`.
  Result<Expr> CompareWithQuery(const std::string& op, bool any, Expr left, Block&& block,
                                int location);
  Result<Expr> CompareWithAll(const std::string& op, bool any, Expr left, Expr arrays,
                              int location);
  Result<Expr> WriteCollate(const Json& body, const Place& place);
  Result<Expr> WriteGrouping(const Json& body, const Place& place);
  Result<std::vector<Expr>> WriteList(const Json& items, const Place& place);
  /// All to their common type; `what` names the construct in the error.
  Result<ValueType> Unify(std::vector<Expr>& exprs, std::string_view what);
  /// The same as engine text that compares, sorts and groups as Postgres does.
  static std::string Comparable(const Expr& expr);
  /// Errors: 42883, 0A000.
  Status CheckOrder(const Expr& expr) const;
  /// Text that sorts as Postgres does.
  std::string OrderKey(const Expr& expr) const;

  // write_enum.cc
  Result<UserTypePtr> EnumOf(const ValueType& type) const;
  /// As DisplayType, with the names of enums.
  std::string Display(const ValueType& type) const;
  static bool IsOtherEnum(const ValueType& from, const ValueType& to);
  /// The labels in their order, a list of the engine.
  Result<std::string> EnumLabels(const ValueType& type) const;
  /// Numbers that order as the labels do.
  std::string EnumKey(const Expr& expr) const;
  /// 22P02 for what is no label.
  Status EnumLiteral(Expr& expr, const ValueType& to);
  Result<std::string> ReadEnum(const Expr& text, const ValueType& to);
  /// enum_first, enum_last, enum_range.
  Result<std::optional<Expr>> WriteEnumFunction(const std::string& name,
                                                const std::vector<Expr>& arguments, int location);
  /// min and max of labels: of their numbers. Nothing for other calls; else the enum.
  std::optional<ValueType> TakeLabelNumbers(std::string_view name,
                                            std::vector<Expr>& arguments) const;
  Result<Expr> LabelOfNumber(Expr number, const ValueType& type) const;

  std::string RegCastSql(const Expr& expr, const ValueType& to) const;
  Result<std::string> LaterCastSql(const Expr& expr, const ValueType& to, CastContext context);

  // write_operator.cc
  Result<Expr> WriteOperator(const Json& body, const Place& place);
  Result<Expr> WriteOneOperator(const Json& body, const Place& place);
  /// first || rest…, all of them text; each of `rest` with its operator.
  Result<Expr> WriteConcatenation(Expr first, std::span<std::pair<const Json*, Expr>> rest);
  Result<Expr> Operate(const std::string& name, std::vector<Expr> operands, int location);
  Result<Expr> Compare(const std::string& op, Expr left, Expr right, int location);
  /// Both to the type they are compared as. Errors: 42883.
  Result<ValueType> ToComparable(const std::string& op, Expr& left, Expr& right, int location);
  Result<ValueType> ToBlankless(Expr& left, Expr& right);
  Result<Expr> NullIf(Expr left, Expr right, int location);
  Result<Expr> WriteLike(const std::string& op, Expr left, const Json& pattern, int location,
                         const Place& place);
  Result<Expr> LikeOf(const std::string& op, Expr left, Expr right, int location);
  Result<Expr> WriteRegex(const std::string& op, Expr left, Expr right, int location);
  Result<Expr> Concatenate(Expr left, Expr right, int location);
  Result<Expr> WriteIn(const Json& body, const Json& items, bool negated, const Place& place,
                       bool is_array = false);
  Result<Expr> EachIn(const Expr& left, std::vector<Expr> exprs, const std::vector<bool>& fixed,
                      bool negated, bool is_array, int location);
  Result<Expr> WriteBetween(const Json& body, const Place& place, bool swapped = false);
  // write_ordered_set.cc
  Result<Expr> WriteOrderedSet(const std::string& name, const Json& body, const Place& place);
  Result<Expr> CompareRows(const std::string& op, const Json& left, const Json& right, int location,
                           const Place& place);
  /// (a, b) IN (SELECT …); `body`: the SubLink whose query `block` is.
  Result<Expr> WriteRowInQuery(const Json& row, const Json& body, Block&& block,
                               const Place& place);
  Result<Expr> WriteRowIn(const Json& row, const Json& items, bool negated, int location,
                          const Place& place);
  Result<Expr> WriteBetweenSymmetric(const Json& body, const Place& place);
  /// The left side of LIKE and ~: a char(n) with its blanks.
  Status ToMatched(const std::string& op, Expr& left, int location);
  Failure NotOneOperator(const std::string& name, const std::vector<Expr>& operands, int location);
  Failure NoOperator(const std::string& name, const std::vector<Expr>& operands, int location);

  // write_call.cc
  Result<Expr> WriteCall(const Json& body, const Place& place);
  Result<Expr> WriteServerCall(const Json& body, const Place& place);
  /// Its arguments, of the types that the function takes. 42883.
  Result<std::vector<Expr>> WriteServerArguments(const Json& body, const Place& place);
  /// What the session answers; `arguments` are those among which there are parameters.
  Result<Expr> WriteAnswer(const Json& body, const std::vector<Expr>& arguments);
  /// A function that returns rows as a list of them.
  Result<FromItem> WriteServerRows(const Json& body, const std::string& name, int location);
  /// unnest(a, b, …) in FROM: as many rows as the longest has elements.
  Result<FromItem> WriteUnnest(const Json& body, const Json& call, const Place& place);
  Result<Expr> WriteSet(const std::string& name, std::vector<Expr> arguments, int location);
  Result<Expr> WriteFunction(const std::string& name, const Json& body, const Place& place);
  /// Whether an aggregate or window call may stand here, as 42803, 42P20, 42809.
  Status CheckAggregate(const std::string& name, const Json& body, const Place& place);
  Status UnifyDefault(std::string_view name, std::vector<Expr>& arguments);
  /// Whether what is added need not be looked at for infinities.
  bool MaySumUnchecked(const FunctionEntry& entry, const Expr& value, const Place& place,
                       bool windowed);
  /// What a count(*) comes to without looking at rows.
  std::optional<int64_t> KnownCount(const tree::Json& body) const;
  /// What a call of such an aggregate gives, one value; null: not known.
  std::shared_ptr<arrow::Array> KnownValue(const tree::Json& body) const;
  Result<Expr> WriteAggregate(const std::string& name, const Json& body, const Place& place);
  /// Writes a call whose signature is known: coerces arguments, fills the template in.
  Result<Expr> Apply(const FunctionEntry& entry, const std::vector<TypeTag>& to,
                     std::vector<Expr> arguments, int location);
  Result<Expr> ApplyRule(const FunctionEntry& entry, std::vector<Expr> arguments, int location);
  Result<Expr> WriteDateTrunc(const FunctionEntry& entry, std::vector<Expr> arguments,
                              int location);
  /// The arguments of make_interval(), which may have names.
  Result<std::vector<Expr>> WriteIntervalParts(const Json& body, const Place& place);
  /// CURRENT_TIME, LOCALTIME and precisions, of the moment they are made from.
  Expr OfClock(const Json& body, Expr moment) const;
  /// AT TIME ZONE by a name.
  Result<Expr> WriteAtZone(const FunctionEntry& entry, std::vector<Expr> arguments, int location);
  Expr ApplyCatalogRule(const FunctionEntry& entry, std::vector<Expr> arguments,
                        int location) const;
  static Expr WriteTypeOf(const Expr& value, int location);
  Result<Expr> WriteExtract(const FunctionEntry& entry, std::vector<Expr> arguments, int location);
  Result<Expr> WriteIntervalField(const std::string& unit, const Expr& interval, bool is_float,
                                  int location);
  Result<Expr> WriteConcat(std::vector<Expr> arguments, std::string_view name);
  /// Nothing: VARIADIC is not supported there.
  Result<std::optional<Expr>> WriteJoinedArray(const std::string& name, const Json& body,
                                               const Place& place);
  /// num_nulls, num_nonnulls.
  Result<Expr> CountNulls(const std::string& name, std::vector<Expr>& arguments, int location);
  /// What an entry's result is, and whether its text for open numerics is the one to use.
  struct Shape {
    ValueType type;
    bool open = false;
  };
  Result<Shape> ShapeOf(const FunctionEntry& entry, std::vector<Expr>& arguments, int location);
  /// A call of a function of pg_catalog/calls.h.
  std::string CatalogCall(std::string_view name, const std::vector<Expr>& arguments,
                          const ValueType& type) const;
  Result<Expr> WriteRound(std::vector<Expr> arguments, int location);
  Result<std::string> WriteOver(const Json& over, const Place& place);
  Result<ValueType> RangeNumber(const ValueType& value, const Json& window, const Place& place);
  Result<std::optional<Expr>> RangeKey(const Json& window, const Json& order_by,
                                       const Place& place);
  Status CoerceRangeOffset(Expr& offset, const Expr& key);
  Result<std::string> WriteFrame(const Json& window, const std::optional<Expr>& key,
                                 const Place& place);
  Failure NotUnique(const std::string& name, const std::vector<ValueType>& types, int location);
  Failure NoFunction(const std::string& name, const std::vector<Expr>& arguments, int location);

  // write_array.cc
  /// ARRAY[...]; `wanted`: the array type it is cast to.
  Result<Expr> WriteArray(const Json& body, const Place& place, const ValueType* wanted = nullptr);
  /// Subscripts and slices.
  Result<Expr> WriteIndirection(const Json& body, const Place& place);
  /// `left op ANY (array)`, `left op ALL (array)`.
  Result<Expr> WriteAnyOf(const std::string& op, bool any, Expr left, Expr array, int location);
  /// || of arrays, and of an array and an element.
  Result<Expr> ConcatenateArrays(Expr left, Expr right, int location);
  /// The rules of calls over arrays: "!array_position", "!array_remove" …
  Result<Expr> ApplyArrayRule(const FunctionEntry& entry, std::vector<Expr> arguments,
                              int location);
  /// A list whose elements are the engine's text of `make` over those of the array.
  Result<std::string> ForEach(const Expr& array,
                              const std::function<Result<std::string>(const Expr&)>& make);
  /// What the type's output function gives, as engine text.
  Result<std::string> OutputText(const Expr& value, CastContext context);
  /// Beside an array of numerics of one scale another array or element may have another.
  Status SettleElements(const FunctionEntry& entry, std::vector<Expr>& arguments);
  /// The elements as what is compared by =.
  Result<std::string> ElementKeys(const Expr& array);

  // write_json.cc
  /// What to_json prints of a value, as engine text; NULL where it is NULL.
  Result<std::string> JsonOf(const Expr& value);
  /// The arguments of a call. Of functions that make json, rows may be: t, t.*, ROW(a, b).
  Result<std::vector<Expr>> WriteArguments(std::string_view name, const Json& items,
                                           const Place& place);
  /// Nothing: not a row.
  Result<std::optional<Expr>> WriteJsonRow(const Json& item, const Place& place);
  Result<Expr> JsonOfRow(const std::vector<Output>& fields, int location);
  Result<Expr> ApplyJsonRule(const FunctionEntry& entry, std::vector<Expr> arguments, int location);
  /// What the list of a json aggregate is made of.
  Result<std::vector<std::string>> JsonArguments(const std::vector<Expr>& arguments);
  Result<std::string> JsonKeyText(const Expr& key);
  Result<Expr> WriteJsonBuilder(const std::string& name, std::vector<Expr> arguments, int location);

  // write_cast.cc
  Result<Expr> WriteConstant(const Json& body);
  Result<Expr> WriteTypeCast(const Json& body, const Place& place);
  /// Errors: 42846, 42804; those of the literal, with its position.
  Status Coerce(Expr& expr, const ValueType& to, CastContext context);
  /// A number, or text of one, as an open numeric.
  Status ToOpen(Expr& expr);
  /// What has no type yet becomes text.
  Status SettleUnknown(Expr& expr);
  Status CoerceUnknown(Expr& expr, const ValueType& to, CastContext context);
  Result<std::string> CastSql(const Expr& expr, const ValueType& to, CastContext context);
  std::string ReadSql(const Expr& expr, const ValueType& to) const;
  Result<ValueType> CastTarget(const Json& type_name, const Expr& argument);
  Failure CannotCast(const Expr& expr, const ValueType& to);
  Failure RefuseVolatile(int location) const;
  Failure Refuse(int location, std::string message, std::string hint) const;
  Failure Wrong(int location, std::string_view sqlstate, std::string message,
                std::string hint = "") const;
  std::string NewAlias(char kind) { return kind + std::to_string(++aliases_); }

  const columnar::TextStyle& Style() const;
  std::string ZoneSql() const;  // the name of the session's zone, a literal of the engine

  const Statement& statement_;
  const QueryContext& context_;
  Collected collected_;
  std::map<size_t, int64_t> row_counts_;  // of tables that are only counted, by reference
  /// Of such tables, by column; see ResolvedTable.
  std::map<size_t, std::map<std::string, std::shared_ptr<arrow::Array>>> extremes_;
  /// By the text of a column of floats: whether none of them is infinite or NaN.
  std::map<std::string, std::function<bool()>> finite_;
  std::map<std::string, TextNumbers> codes_;  // by the column's written text
  std::vector<std::optional<ValueType>> parameters_;
  /// Whose columns an expression named so far: of its own query, of queries around it.
  struct Seen {
    bool own = false;
    bool outer = false;
  } seen_;
  const Json* exists_ = nullptr;  // the SELECT of the EXISTS being written: it needs no columns
  int aliases_ = 0;
  int sets_ = 0;  // calls in select lists that return sets, so far
  int depth_ = 0;
};

}  // namespace firn::sql

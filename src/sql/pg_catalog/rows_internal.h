// sql: the rows of system relations. Each relation has a function that adds rows by columns'
// names; a column that is not named is NULL, a relation without a function has no rows.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/pg_catalog/facts.h"
#include "sql/services.h"
#include "sql/text_rows.h"
#include "sql/transaction.h"

namespace firn::sql::pg_catalog {

/// A value in the text form of its column's type.
class Value {
 public:
  Value(std::nullopt_t) {}
  Value(const char* text) : text_(text) {}
  Value(std::string_view text) : text_(text) {}
  Value(std::string text) : text_(std::move(text)) {}
  Value(std::optional<std::string> text) : text_(std::move(text)) {}
  Value(bool value) : text_(value ? "t" : "f") {}
  Value(char value) : text_(value == 0 ? std::string() : std::string(1, value)) {}
  template <std::integral Number>
  Value(Number value) : text_(std::to_string(value)) {}

  std::optional<std::string>& text() { return text_; }

 private:
  std::optional<std::string> text_;
};

class Rows {
 public:
  explicit Rows(const Relation& relation) : relation_(relation) {}

  using Cells = std::initializer_list<std::pair<std::string_view, Value>>;
  /// Fastest with the columns in their order.
  void Add(Cells cells);
  /// To the row added last.
  void Set(std::string_view column, Value value);
  std::vector<TextRow> Take() && { return std::move(rows_); }
  const Relation& relation() const { return relation_; }

 private:
  size_t Find(std::string_view column, size_t from) const;

  const Relation& relation_;
  std::vector<TextRow> rows_;
};

/// What rows are made of.
struct Source {
  const Facts& facts;
  const Services& services;
  const View& view;
  const std::vector<std::pair<std::string, std::string>>& settings;
};

struct Producer {
  std::string_view schema;
  std::string_view name;
  void (*make)(const Source& source, Rows& rows);
};
std::vector<Producer> ClassProducers();
std::vector<Producer> TypeProducers();
std::vector<Producer> ServerProducers();
std::vector<Producer> InformationProducers();

/// Of a table's rows, committed: an estimate, as pg_class.reltuples.
int64_t RowCount(const Source& source, const Class& of);
int64_t ByteCount(const View& view, const Class& of);

}  // namespace firn::sql::pg_catalog

#include "sql/pg_catalog/rows.h"

#include <map>

#include "base/result.h"
#include "sql/batch_source.h"
#include "sql/pg_catalog/data_internal.h"
#include "sql/pg_catalog/rows_internal.h"

namespace firn::sql::pg_catalog {
namespace {

const Producer* FindProducer(const Relation& relation) {
  static const std::vector<Producer> kProducers = [] {
    std::vector<Producer> all;
    for (const auto& some :
         {ClassProducers(), TypeProducers(), ServerProducers(), InformationProducers()}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  for (const auto& producer : kProducers) {
    if (producer.schema == relation.schema && producer.name == relation.name) return &producer;
  }
  return nullptr;
}

/// "2 heap \N": words; "\N" is NULL, "_" a blank.
TextRow FixedRow(std::string_view line, size_t columns) {
  TextRow row;
  for (const auto word : WordsOf(line)) {
    std::optional<std::string> text;
    if (word != "\\N") {
      text = std::string(word == "\\E" ? "" : word);
      for (auto& c : *text) {
        if (c == '~') c = ' ';
      }
    }
    row.push_back(std::move(text));
  }
  row.resize(columns);
  return row;
}

std::vector<TextRow> RowsThatNeverChange(const Relation& relation) {
  static const auto kLines = LinesOf(FixedRows());
  const auto head = "[" + std::string(relation.name) + "]";
  std::vector<TextRow> rows;
  bool here = false;
  for (const auto& line : kLines) {
    if (line.starts_with('[')) {
      here = line == head;
    } else if (here) {
      rows.push_back(FixedRow(line, relation.columns.size()));
    }
  }
  return rows;
}

}  // namespace

size_t Rows::Find(std::string_view column, size_t from) const {
  const auto& columns = relation_.columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    const size_t at = (from + i) % columns.size();
    if (columns[at].name == column) return at;
  }
  FIRN_CHECK(false && "a column of a system relation");
  return 0;
}

void Rows::Add(Cells cells) {
  TextRow row(relation_.columns.size());
  size_t at = 0;
  for (const auto& [column, value] : cells) {
    at = Find(column, at);
    row[at] = Value(value).text();
  }
  rows_.push_back(std::move(row));
}

void Rows::Set(std::string_view column, Value value) {
  rows_.back()[Find(column, 0)] = std::move(value.text());
}

int64_t ByteCount(const View& view, const Class& of) {
  if (of.table == nullptr) return 0;
  const auto version = view.snapshot.root->Find(of.table->id);
  if (version == nullptr) return 0;
  int64_t bytes = 0;
  for (const auto& generation : version->generations) bytes += generation->bytes();
  for (const auto* list : {&version->lake_files, &version->added_files}) {
    for (const auto& file : *list) bytes += file->bytes;
  }
  return bytes;
}

int64_t RowCount(const Source& source, const Class& of) {
  if (of.table == nullptr) return 0;
  const auto version = source.view.snapshot.root->Find(of.table->id);
  if (version == nullptr) return 0;
  int64_t rows = 0;
  for (const auto& generation : version->generations) rows += generation->rows();
  for (const auto* list : {&version->lake_files, &version->added_files}) {
    for (const auto& file : *list) rows += file->rows;
  }
  return rows;
}

std::shared_ptr<engine::ScanSource> Open(const Relation& relation, SessionContext& session) {
  std::vector<std::pair<std::string, std::string>> settings;
  if (relation.name == "pg_settings") {
    for (const auto& parameter : AllParameters()) {
      auto shown = session.settings.Show(parameter.name);
      if (shown) settings.emplace_back(parameter.name, *std::move(shown));
    }
  }
  const auto make = [&relation, &services = session.services, facts = Facts::Of(session),
                     view = session.transaction.view(),
                     settings]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
    const auto* producer = FindProducer(relation);
    if (producer == nullptr) return BatchOfTextRows(relation.fields, RowsThatNeverChange(relation));
    Rows rows(relation);
    const Source source{.facts = *facts, .services = services, .view = view, .settings = settings};
    producer->make(source, rows);
    return BatchOfTextRows(relation.fields, std::move(rows).Take());
  };
  return std::make_shared<BatchSource>(relation.fields, make);
}

}  // namespace firn::sql::pg_catalog

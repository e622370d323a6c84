// sql: the relations of schema firn: what the server knows of itself, as rows.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "columnar/types.h"
#include "engine/scan_source.h"
#include "sql/session_context.h"
#include "sql/text_rows.h"

namespace firn::sql {

/// What rows are made of.
struct SystemSource {
  const Services& services;
  const View& view;
  const catalog::RolePtr& role;  // who asks: tables it may not read are not shown
};

struct SystemRelation {
  std::string_view name;
  std::vector<columnar::Field> fields;
  /// The rows at a view; may block (metadata files), so it runs when the scan begins.
  Result<std::vector<TextRow>> (*rows)(const SystemSource& source);
  bool superuser = false;  // for nobody else: what others do, paths, settings
};

/// tables, lsn, snapshots, files, sessions, settings. Null when there is no such relation.
const SystemRelation* FindSystemRelation(std::string_view name);

/// Its rows at the statement's view, as a source for the engine.
std::shared_ptr<engine::ScanSource> OpenSystemRelation(const SystemRelation& relation,
                                                       const SessionContext& session);

}  // namespace firn::sql

// sql: the system relations of PostgreSQL as something to scan.
#pragma once

#include <memory>

#include "engine/scan_source.h"
#include "sql/pg_catalog/relations.h"
#include "sql/session_context.h"

namespace firn::sql::pg_catalog {

/// The rows at the statement's view.
std::shared_ptr<engine::ScanSource> Open(const Relation& relation, SessionContext& session);

}  // namespace firn::sql::pg_catalog

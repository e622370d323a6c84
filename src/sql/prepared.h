// sql: prepared statements and portals of the extended protocol. A plan is never kept: every
// execution is written anew, since what it reads differs by snapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/constant_row.h"
#include "sql/decode.h"
#include "sql/insert.h"
#include "sql/parameters.h"
#include "sql/row_cursor.h"
#include "sql/session_context.h"

namespace firn::sql {

struct PreparedStatement {
  std::optional<Statement> statement;  // none: an empty query
  std::optional<Command> command;
  std::vector<std::optional<ParameterType>> declared;
  std::vector<uint32_t> declared_oids;
  std::shared_ptr<const ConstantRow> constant;  // what a ReadCommand answers, if known already
  std::unique_ptr<InsertPlan> insert_plan = std::make_unique<InsertPlan>();
};

/// What a statement takes and returns.
struct Description {
  std::vector<ParameterType> parameters;
  std::optional<std::vector<columnar::Field>> fields;  // none: returns no rows
};

/// Errors: 42601 more than one statement; those of Decode; 42704 for an oid.
Result<std::shared_ptr<const PreparedStatement>> Prepare(SessionContext& session,
                                                         std::vector<Statement> statements,
                                                         std::vector<uint32_t> parameter_oids);
Result<std::shared_ptr<const PreparedStatement>> PrepareStatement(
    SessionContext& session, Statement statement,
    std::vector<std::optional<ParameterType>> declared);

/// Needs the statement's view. Errors: those of resolving names and types.
Result<Description> Describe(SessionContext& session, const PreparedStatement& prepared);
/// The oids a client is told: those it declared, else those of the types found.
std::vector<uint32_t> ParameterOids(const PreparedStatement& prepared,
                                    const Description& description);

/// Values for the description's parameters. 08P01 for another number of them.
Result<std::vector<BoundParameter>> BindAll(const Description& description,
                                            const std::vector<ParameterValue>& values,
                                            const std::string& statement_name,
                                            const columnar::TextStyle& style);

/// Whether the command reads tables or changes them, so that it needs a view.
bool NeedsView(const Command& command);
/// Whether rows come back.
bool ReturnsRows(const Command& command);
/// What a read-only transaction refuses, by its name; null for what it allows.
const char* WritingName(const Command& command);

/// What Bind or DECLARE CURSOR made. Both are reached by Execute and by FETCH.
struct Portal {
  enum class State : uint8_t {
    kNew,
    kOpen,  // `rows` can be moved over, also at their end
    kDone,  // returned no rows
    kFailed,
  };

  std::shared_ptr<const PreparedStatement> prepared;  // null: of DECLARE
  std::vector<BoundParameter> parameters;
  std::optional<std::vector<columnar::Field>> fields;

  State state = State::kNew;
  std::string verb;  // of the tag of a statement that returns rows
  std::unique_ptr<RowCursor> rows;
  bool binary = false;
  bool hold = false;        // outlives the transaction, if that commits
  bool of_earlier = false;  // of a transaction that has ended
  size_t depth = 0;         // savepoints there were when it was made

  void Fail();
};

}  // namespace firn::sql

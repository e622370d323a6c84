// server: how many files and connections the process may have open at once.
#pragma once

#include <cstdint>

namespace firn::server {

/// What a server wants for so many sessions: a descriptor for each; 100 for connections that are
/// not admitted yet, cancel a statement or ask for /metrics; 512 for the log, the catalog, the data
/// files that queries and flushes have open, and requests to an archive.
uint64_t OpenFilesWanted(int64_t max_connections);

/// Raises the soft limit to the hard one, which is what the machine's owner allows; a soft limit of
/// 1024 is for programs that use select(2). Warns where even that is below OpenFilesWanted. Before
/// anything is opened.
void RaiseOpenFiles(int64_t max_connections);

}  // namespace firn::server

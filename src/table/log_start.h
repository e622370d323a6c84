// table: whether the log still reaches back to what nothing else holds.
//
// A round takes segments out of the log only after the catalog has noted, durably, that it and the
// lake hold everything up to the round's LSN (catalog::Progress::settled). So a log that begins
// behind that LSN has lost segments by another hand, and with them acknowledged rows. The same
// holds for one that ends before the newest segment that the catalog was told of.
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/store.h"
#include "io/file_system.h"

namespace firn::table {

/// Reads one segment's head and changes nothing. `catalog`: null where there is no catalog.db.
/// Errors: kCorrupt, naming the folder, the LSN that is needed and the oldest segment there.
Status CheckLogStart(io::FileSystem& files, const std::string& data_dir,
                     const catalog::Store::Contents* catalog);

}  // namespace firn::table

// sql: giving back to the system what Arrow's allocator would keep.
//
// The allocator keeps freed memory for the next request. After a row of a gigabyte that is a
// gigabyte nobody uses: NoteMemory() says how much is held at a moment that may be the highest, and
// the ReturnMemory() after it gives back what has been freed since, when that is much.
#pragma once

namespace firn::sql {

/// Both cheap, unless there is something to give back. Threads: any.
void NoteMemory();
void ReturnMemory();

}  // namespace firn::sql

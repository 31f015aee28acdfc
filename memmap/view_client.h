/* The memory of a process that rspbridge debugs, read from this host's memory.
 *
 * A view is a connection to a running rspbridge of the same user (docs/view.md). Link with
 * -lrspbridge_view_client (pkg-config rspbridge-view). Linux only. Functions may be called from several
 * threads, rspbridge_view_close() from one when no other call is under way. The library runs one thread a
 * view. After fork(2), a child has neither windows nor a view: it must not use its parent's.
 *
 * Functions that fail return -1 or NULL, set errno, and leave a sentence in rspbridge_view_error().
 * Everywhere:
 * - EFAULT: the memory can't be read from the target
 * - EAGAIN: the target runs (only with RSPBRIDGE_VIEW_FAIL_WHILE_RUNNING), or resumed too often meanwhile
 * - ENOTCONN: rspbridge is gone
 * - ENOSPC: the view holds as much as it may
 * - EINVAL: the range wraps, is empty, or ends behind 2^48
 * - EPROTO: rspbridge sent what it should not
 * - EIO: the target can't be asked now, or another failure that the sentence tells
 */
#ifndef RSPBRIDGE_VIEW_CLIENT_H
#define RSPBRIDGE_VIEW_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A connection to one session. */
typedef struct rspbridge_view rspbridge_view;

enum {
  /* Don't use userfaultfd, even if the kernel has it. */
  RSPBRIDGE_VIEW_NO_FAULTS = 1,
  /* Fail to connect where userfaultfd can't be used. */
  RSPBRIDGE_VIEW_NEED_FAULTS = 2,
  /* While the target runs, calls fail and touches raise SIGSEGV, instead of waiting for the next stop. */
  RSPBRIDGE_VIEW_FAIL_WHILE_RUNNING = 4
};

/* Connects. `session`: the path of a socket (with a slash), the name of a session, or NULL for the only one
 * in $XDG_RUNTIME_DIR/rspbridge (/tmp/rspbridge-UID where that isn't set). `flags`: of those above. NULL if
 * there is no such session or several, or if the directory or the peer belong to another user (EPERM). To be
 * closed. */
rspbridge_view* rspbridge_view_connect(const char* session, unsigned flags);

/* Ends the connection and unmaps all windows. NULL is allowed. */
void rspbridge_view_close(rspbridge_view* view);

/* The sentence of this thread's last failure; valid until its next one. Never NULL. */
const char* rspbridge_view_error(void);

/* The name of the session; lives as long as the view. */
const char* rspbridge_view_session(const rspbridge_view* view);

/* True if windows are filled by touching them (userfaultfd). */
bool rspbridge_view_has_faults(const rspbridge_view* view);

/* The target's state, without a system call: the number of the last stop, times two, plus one while the
 * target runs. What was read from a window between two calls that returned the same even number is of that
 * stop. */
uint64_t rspbridge_view_state(const rspbridge_view* view);
/* The number of the last stop; 0 before the first. */
uint64_t rspbridge_view_stop_id(const rspbridge_view* view);
bool rspbridge_view_is_running(const rspbridge_view* view);

/* Copies `length` bytes at `address` to `buffer`, all from one stop, whose number goes to `stop_id` (may be
 * NULL). If the target resumes meanwhile the read starts over. 0, or -1; then `buffer` holds anything. */
int rspbridge_view_read(rspbridge_view* view, uint64_t address, void* buffer, size_t length,
                        uint64_t* stop_id);

/* Has [address, address + length) fetched. 0 if all of it is here now. */
int rspbridge_view_ensure(rspbridge_view* view, uint64_t address, size_t length, uint64_t* stop_id);

/* Maps a window of the target's memory; the pointer is to the byte at `address`. Read-only. No copy is made.
 * With faults, nothing is fetched before it is touched, and the window follows the target from stop to stop;
 * a touch of memory that can't be read raises SIGSEGV, as does any touch once rspbridge is gone. System calls
 * on untouched parts fail with EFAULT. Without, all of it is fetched now, and the window is good for this
 * stop only: compare rspbridge_view_state() after reading, and call rspbridge_view_refresh() at the next
 * stop. A touch after a resume raises SIGSEGV, or, within moments of it, reads zeros. */
const void* rspbridge_view_map(rspbridge_view* view, uint64_t address, size_t length);

/* Fetches all of the window and maps its pages, so that touching it costs nothing. `window`: from
 * rspbridge_view_map(). -1 if any of it can't be read; with faults, the rest can be used nevertheless. */
int rspbridge_view_refresh(rspbridge_view* view, const void* window);

/* Unmaps a window. -1 with EINVAL if it is none. */
int rspbridge_view_unmap(rspbridge_view* view, const void* window);

/* The target's VMAs: as /proc/PID/maps has them, ended by a zero byte that `length` (may be NULL)
 * doesn't count. To be freed with free(3). */
char* rspbridge_view_vmas(rspbridge_view* view, size_t* length, uint64_t* stop_id);

/* Waits until the target is stopped with a stop number greater than `after` (0: any stop). `timeout_ms`: -1
 * for ever. 0 with the number in `stop_id` (may be NULL), or -1 with ETIMEDOUT. */
int rspbridge_view_wait_for_stop(rspbridge_view* view, uint64_t after, int timeout_ms, uint64_t* stop_id);

#ifdef __cplusplus
}
#endif

#endif

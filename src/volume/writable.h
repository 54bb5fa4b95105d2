/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a mounted filesystem still takes writes, for ext4 that the kernel may have turned
 * read-only without showing it (Linux 6.1: neither in mountinfo nor in statvfs). The worker's, when
 * errors_count has grown; in a child with a deadline.
 */
#ifndef LUKS_SSM_VOLUME_WRITABLE_H
#define LUKS_SSM_VOLUME_WRITABLE_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"

/*
 * Opens an unnamed file (O_TMPFILE) in DIRECTORY for writing and closes it; nothing is left behind.
 * STATUS_OK: it does. STATUS_TURNED_READ_ONLY: EROFS or EIO. STATUS_TIMED_OUT: no answer within
 * DEADLINE or 5 s. Other errors say nothing of that (no space, no O_TMPFILE): STATUS_OK.
 */
must_use enum status
writable_check(const char *directory, struct deadline deadline, struct reason *reason);

#endif

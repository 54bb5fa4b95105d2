/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a filesystem with its own tool, by absolute path and without a shell. */
#ifndef LUKS_SSM_CLI_MKFS_H
#define LUKS_SSM_CLI_MKFS_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"

/* That the tool of FSTYPE is here. STATUS_MISSING_SOFTWARE; STATUS_BAD_PARAMETER: no type of ours.
 */
must_use enum status mkfs_check(const char *fstype, struct reason *reason);

/* On PATH, whatever is there. STATUS_BAD_FILESYSTEM with the tool's last line; STATUS_TIMED_OUT. */
must_use enum status
mkfs_run(const char *fstype, const char *path, struct deadline deadline, struct reason *reason);

#endif

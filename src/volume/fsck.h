/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filesystem check before a mount, as run_fsck says: auto, force, no. Never a repair that can
 * discard data. The checker is run directly and never killed in its work: TERM at the deadline,
 * then it is waited for in the reserve.
 */
#ifndef LUKS_SSM_VOLUME_FSCK_H
#define LUKS_SSM_VOLUME_FSCK_H

#include "base/reason.h"
#include "base/status.h"
#include "volume/phase.h"

/*
 * STATUS_OK: checked, or nothing to check; a filesystem that is mounted elsewhere is never checked.
 * STATUS_NEEDS_FSCK: a check is needed and run_fsck=no, or failed. STATUS_FILESYSTEM_IN_USE: the
 * checker found another node at it. STATUS_BAD_PARAMETER: force with xfs or btrfs.
 * STATUS_MISSING_SOFTWARE: no e2fsck. STATUS_TIMED_OUT.
 */
must_use enum status fsck_run(const char *policy, const char *fstype, const char *path,
	bool read_only, const struct doer *doer, struct reason *reason);

/*
 * For validate-all: whether the superblock on PATH asks for a check, of ext2 to ext4 alone, and of
 * one that is not mounted, for a live one may look unclean. Reads, and claims nothing.
 * STATUS_BAD_FILESYSTEM when the superblock is damaged, STATUS_DEVICE_IO.
 */
must_use enum status
fsck_look(const char *fstype, const char *path, bool *ret_is_unclean, struct reason *reason);

/* For validate-all: whether start would refuse. STATUS_OK or STATUS_BAD_PARAMETER. */
must_use enum status
fsck_check_policy(const char *policy, const char *fstype, struct reason *reason);

#endif

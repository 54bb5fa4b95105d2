/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory and the mount on it, through libmount. Never mounts over something, never unmounts.
 */
#ifndef LUKS_SSM_VOLUME_MOUNTPOINT_H
#define LUKS_SSM_VOLUME_MOUNTPOINT_H

#include <stdbool.h>

#include "base/reason.h"
#include "base/status.h"
#include "volume/mounts.h"

/*
 * Makes the directory and what of its parents is missing; RET_MADE is how many were.
 * STATUS_NO_MOUNT_POINT when it is there and is no directory, or cannot be made (what was made
 * before that is taken away again).
 */
must_use enum status
mountpoint_make(const char *directory, unsigned int *ret_made, struct reason *reason);

/* For validate-all: whether mountpoint_make would succeed, as far as can be seen without making
 * anything. */
must_use enum status mountpoint_check(const char *directory, struct reason *reason);

/*
 * A mount of ours must not hide a stranger's. ON_DIRECTORY is what the list of mounts shows there,
 * or NULL; a statx also sees what lies behind a symbolic link in the path. It may wait for a server
 * that does not answer: a doer only. STATUS_MOUNT_POINT_TAKEN.
 */
must_use enum status mountpoint_check_free(const char *directory, const struct mount *on_directory,
	struct reason *reason);

/*
 * Mounts SOURCE there; OPTIONS are those of mount_options_make. A missing source is never a
 * success. STATUS_NO_FILESYSTEM_DRIVER, STATUS_BAD_MOUNT_OPTION, STATUS_BAD_FILESYSTEM,
 * STATUS_DEVICE_READ_ONLY, STATUS_FILESYSTEM_IN_USE, STATUS_DEVICE_IO, STATUS_NO_DEVICE,
 * STATUS_INTERNAL.
 */
must_use enum status mountpoint_mount(const char *source, const char *directory, const char *fstype,
	const char *options, bool read_only, struct reason *reason);

/* Takes away the MADE directories that mountpoint_make made, but for one that is not empty or is
 * mounted on. */
void mountpoint_unmake(const char *directory, unsigned int made);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The input and output of the depth checks. Each runs in a bounded child (bounded.h) and may hang
 * there; nothing else calls them. Nothing with a name is left behind.
 */
#ifndef LUKS_SSM_VOLUME_DEPTH_IO_H
#define LUKS_SSM_VOLUME_DEPTH_IO_H

#include <limits.h>
#include <stdbool.h>

#include "base/reason.h"
#include "base/status.h"
#include "volume/wanted.h"

/* What a child is given. */
struct depth_place {
	char mapping[PATH_MAX];   /* the mapping's node */
	char directory[PATH_MAX]; /* where it is mounted */
};

/* One block from somewhere on the mapping, past the page cache. STATUS_DEVICE_IO. */
must_use enum status depth_read_mapping(void *place, struct reason *reason);

/* A name that is not there is looked up in the filesystem's root. STATUS_DEVICE_IO,
 * STATUS_TURNED_READ_ONLY. */
must_use enum status depth_look_up(void *place, struct reason *reason);

/*
 * An unnamed file is written, synced, read back past the page cache and compared. STATUS_DEVICE_IO,
 * STATUS_TURNED_READ_ONLY; STATUS_NO_MEMORY when there is no space or no inode left.
 */
must_use enum status depth_write(void *place, struct reason *reason);

/* What the next start would find in the header. */
struct depth_header {
	char path[PATH_MAX];             /* device or file that carries it */
	char luks_uuid[LUKS_UUID_BYTES]; /* of the open mapping */
	bool copy_damaged;               /* set by the child */
	bool reencrypting;               /* set by the child */
};

/* Judges a private copy. All statuses of header_copy and luks_judge. */
must_use enum status depth_judge_header(void *header, struct reason *reason);

#endif

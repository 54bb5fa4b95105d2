/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device holds before it is formatted: signatures and partition tables by libblkid, and
 * whether anybody uses it. Reading may hang with the disk: called in a bounded child.
 */
#ifndef LUKS_SSM_CLI_DISK_CONTENT_H
#define LUKS_SSM_CLI_DISK_CONTENT_H

#include <stdbool.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"

struct disk_content {
	char type[32];      /* "xfs", "gpt", "crypto_LUKS", "several signatures"; "": nothing */
	char luks_uuid[37]; /* of a LUKS header; "" otherwise */
	char label[48];     /* of that header; "": it has none */
	unsigned long long bytes;
};

/* STATUS_NO_DEVICE, STATUS_DEVICE_IO, STATUS_TIMED_OUT. */
must_use enum status disk_content_look(const char *path, struct deadline deadline,
	struct disk_content *ret_content, struct reason *reason);

/* That it holds what it held BEFORE: what has come since is somebody's. STATUS_DEVICE_IN_USE, and
 * the statuses of disk_content_look. */
must_use enum status disk_content_check_same(const char *path, const struct disk_content *before,
	struct deadline deadline, struct reason *reason);

/* That nothing on this node has the block device open for itself: no mount, mapping, array, swap.
 * STATUS_DEVICE_IN_USE, STATUS_NO_DEVICE, STATUS_DEVICE_READ_ONLY, and STATUS_DEVICE_IO when it
 * cannot be told. */
must_use enum status disk_check_unused(const char *path, struct reason *reason);

/* Takes away every signature that libblkid finds, of a device that nobody uses. The statuses of
 * disk_check_unused, STATUS_TIMED_OUT. */
must_use enum status
disk_content_wipe(const char *path, struct deadline deadline, struct reason *reason);

#endif

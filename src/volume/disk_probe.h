/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a disk by what it carries (UUID=, LABEL=, PARTUUID=) without udev's links, by reading the
 * disks of this node with libblkid. Every disk is read in a child of its own deadline, so that a
 * hung one costs a moment and not the action. Start and validate-all from level 10 only: nothing
 * else may open a block device.
 */
#ifndef LUKS_SSM_VOLUME_DISK_PROBE_H
#define LUKS_SSM_VOLUME_DISK_PROBE_H

#include <limits.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"

/*
 * TAG is "UUID=…", "LABEL=…" or "PARTUUID=…"; PATH_MAX bytes at RET_PATH get "/dev/NAME".
 * STATUS_NO_DEVICE when no disk that can be read carries it, or when two do (the reason names
 * both).
 */
must_use enum status disk_probe(const char *tag, struct deadline deadline,
	char ret_path[static PATH_MAX], struct reason *reason);

#endif

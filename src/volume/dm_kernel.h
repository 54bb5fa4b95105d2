/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests of linux/dm-ioctl.h that only look. Called by dm.c; the unit tests link devices of
 * their own instead. Never loads the module, never opens a block device, and asks for no table:
 * dm-crypt's would hold the key.
 */
#ifndef LUKS_SSM_VOLUME_DM_KERNEL_H
#define LUKS_SSM_VOLUME_DM_KERNEL_H

#include <stddef.h>

#include "base/reason.h"
#include "base/status.h"
#include "volume/dm.h"

/*
 * All devices, with everything but the slave. RET_DEVICES is owned by the caller (free).
 * STATUS_OK with none when the kernel has no device-mapper loaded; STATUS_UNREADABLE,
 * STATUS_NO_MEMORY.
 */
must_use enum status
dm_kernel_read(struct dm_device **ret_devices, size_t *ret_count, struct reason *reason);

#endif

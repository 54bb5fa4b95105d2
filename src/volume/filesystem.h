/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What filesystem lies on a device, by libblkid, and whether this kernel can mount it. Reads only.
 */
#ifndef LUKS_SSM_VOLUME_FILESYSTEM_H
#define LUKS_SSM_VOLUME_FILESYSTEM_H

#include <stdbool.h>

#include "base/reason.h"
#include "base/status.h"

#define FSTYPE_BYTES 32

/*
 * The filesystem on PATH; must be the wanted one where FSTYPE is neither NULL nor "auto".
 * STATUS_BAD_FILESYSTEM when there is none, more than one, or another; STATUS_DEVICE_IO.
 */
must_use enum status filesystem_find(const char *path, const char *fstype,
	char ret_fstype[static FSTYPE_BYTES], struct reason *reason);

/* STATUS_OK when the kernel has the driver or a module of it is installed;
 * STATUS_NO_FILESYSTEM_DRIVER. */
must_use enum status filesystem_check_driver(const char *fstype, struct reason *reason);

/* errors_count of a mounted ext4 on that device-mapper device number's kernel name ("dm-3"); -1
 * when it is not ext4. */
long filesystem_ext4_errors(const char *kernel_name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A new LUKS header is made beside its device and comes onto it whole, from its end to its
 * beginning. Whatever cuts this off, there is the header with its key slot, or nothing that anybody
 * takes for a header. For the administrator's command alone; call it in a bounded child.
 */
#ifndef LUKS_SSM_VOLUME_HEADER_WRITE_H
#define LUKS_SSM_VOLUME_HEADER_WRITE_H

#include <stdint.h>

#include "base/reason.h"
#include "base/status.h"

/*
 * What header_device_open would refuse, but for EBUSY, without opening PATH for writing: a device
 * that is read-only, or without room for HEADER_BYTES and some data.
 */
must_use enum status
header_device_check(const char *path, uint64_t header_bytes, struct reason *reason);

/*
 * Opens PATH, a device or a file, for a header of HEADER_BYTES and some data. STATUS_NO_DEVICE,
 * STATUS_DEVICE_IN_USE, STATUS_DEVICE_READ_ONLY, STATUS_DEVICE_IO, STATUS_BAD_PARAMETER: too small.
 */
must_use enum status header_device_open(const char *path, uint64_t header_bytes, int *ret_device_fd,
	struct reason *reason);

/*
 * The first HEADER_BYTES of HEADER_FD, a multiple of 4096, to the beginning of the device. PATH is
 * for the reason. STATUS_DEVICE_IO, STATUS_NO_MEMORY.
 */
must_use enum status header_write(int header_fd, uint64_t header_bytes, int device_fd,
	const char *path, struct reason *reason);

#endif

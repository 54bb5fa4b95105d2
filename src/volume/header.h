/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A private copy of a LUKS header in memory (memfd), read with O_DIRECT, so that it can be judged
 * by libcryptsetup without a byte of the device being written: crypt_load repairs what it loads,
 * and only start may let it.
 */
#ifndef LUKS_SSM_VOLUME_HEADER_H
#define LUKS_SSM_VOLUME_HEADER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"

struct header {
	int device_fd; /* owned; what was copied, read-only and O_DIRECT where it can be */
	int copy_fd;   /* owned; the memfd, as long as the device and empty where nothing was copied
			*/
	char copy_path[40];    /* "/proc/self/fd/N", to be given to libcryptsetup */
	uint64_t device_bytes; /* size of the device or file */
};

#define HEADER_EMPTY ((struct header){.device_fd = -1, .copy_fd = -1})
#define owned_header owned_by(header_end) struct header

/*
 * Copies the metadata of the header on PATH (a device or a file). Its magic strings are looked for
 * here, at every place where LUKS1 and LUKS2 put them: STATUS_NOT_LUKS when there is none.
 * STATUS_NO_DEVICE, STATUS_DEVICE_IO (also for a device that is too small), STATUS_NO_MEMORY. Reads
 * may hang with the disk: call it in a bounded child or in a doer.
 */
must_use enum status
header_copy(const char *path, struct header *ret_header, struct reason *reason);

/* Copies a further part, such as a keyslot's area, to the same place of the copy. STATUS_DEVICE_IO.
 */
must_use enum status header_copy_part(struct header *header, uint64_t offset_bytes,
	uint64_t length_bytes, struct reason *reason);

/* Whether libcryptsetup has repaired the copy since it was made: one of the device's two copies is
 * damaged. */
must_use enum status header_is_repaired(const struct header *header, bool *ret_repaired);

/* The size of a block device or file in bytes; 0 when it cannot be told. */
uint64_t fd_size_bytes(int fd);

void header_end(struct header *header);

#endif

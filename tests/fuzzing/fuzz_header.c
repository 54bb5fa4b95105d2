/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read of a LUKS header before libcryptsetup sees it. The first byte of the input says
 * where the second half of the rest lies on the disk. Taken is what has a magic string in a place
 * for one; the copy is the disk's, and is not repaired by itself.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "volume/header.h"

#define FIRST_OFFSET_BYTES UINT64_C(0x4000)
#define BLOCK_BYTES 4096

static void
disk_write(int fd, uint64_t offset_bytes, const uint8_t *bytes, size_t length_bytes)
{
	fuzz_promise(pwrite(fd, bytes, length_bytes, (off_t)offset_bytes) == (ssize_t)length_bytes,
		"there is memory");
}

/* Whether one of the places that the LUKS specifications name has its magic. */
static bool
disk_has_magic(int fd)
{
	char found[6];

	if (pread(fd, found, sizeof(found), 0) == (ssize_t)sizeof(found) &&
		memcmp(found, "LUKS\xba\xbe", sizeof(found)) == 0)
		return true;
	for (uint64_t at = FIRST_OFFSET_BYTES; at <= FIRST_OFFSET_BYTES << 8; at <<= 1) {
		if (pread(fd, found, sizeof(found), (off_t)at) == (ssize_t)sizeof(found) &&
			memcmp(found, "SKUL\xba\xbe", sizeof(found)) == 0)
			return true;
	}
	return false;
}

static void
copy_check(const struct header *header)
{
	char disk[BLOCK_BYTES] = "", copy[BLOCK_BYTES] = "";
	bool repaired = true;

	for (off_t at = 0; at < 2 * (off_t)FIRST_OFFSET_BYTES; at += BLOCK_BYTES) {
		ssize_t got = pread(header->copy_fd, copy, sizeof(copy), at);

		fuzz_promise(got >= 0, "the copy can be read");
		if (pread(header->device_fd, disk, sizeof(disk), at) == got)
			fuzz_promise(memcmp(disk, copy, (size_t)got) == 0,
				"the copy is the disk's");
	}
	if (header_is_repaired(header, &repaired) == STATUS_OK)
		fuzz_promise(!repaired, "nothing is repaired by itself");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_fd fd = memfd_create("fuzz-disk", MFD_CLOEXEC);
	owned_header header = HEADER_EMPTY;
	struct reason reason = {0};
	char path[40];

	if (length_bytes < 2)
		return 0;

	size_t half_bytes = (length_bytes - 1) / 2;
	uint64_t second_bytes = FIRST_OFFSET_BYTES << (bytes[0] % 9);

	fuzz_promise(fd >= 0, "there is memory");
	disk_write(fd, 0, bytes + 1, half_bytes);
	disk_write(fd, second_bytes, bytes + 1 + half_bytes, length_bytes - 1 - half_bytes);
	/* A short disk, now and then. */
	if (bytes[0] % 16 < 14)
		fuzz_promise(ftruncate(fd, (off_t)second_bytes + BLOCK_BYTES) == 0, "room");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

	enum status status = header_copy(path, &header, &reason);

	fuzz_promise((status == STATUS_OK) == disk_has_magic(fd), "a magic string decides");
	if (status == STATUS_OK)
		copy_check(&header);
	else
		fuzz_reason_check(status, &reason);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A LUKS header's private copy. The device is opened read-only and read past the page cache, so
 * that what another node has written meanwhile is what is judged. Nothing here parses the header
 * beyond its magic strings.
 */
#include "volume/header.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* O_DIRECT wants memory, offsets and lengths in whole logical blocks; no block of a disk is larger
 * than this. */
#define BLOCK_BYTES UINT64_C(4096)
#define CHUNK_BYTES (256 * BLOCK_BYTES)

/* LUKS on-disk format: LUKS1 and LUKS2's first copy begin with the first magic, LUKS2's second copy
 * with the other. */
#define MAGIC_BYTES 6
static const char magic_first[MAGIC_BYTES + 1] = "LUKS\xba\xbe";
static const char magic_second[MAGIC_BYTES + 1] = "SKUL\xba\xbe";
/* Where LUKS2's second copy can lie, which is also how long the first one is (LUKS2
 * specification, 2.2). */
static const uint64_t second_offsets_bytes[] = {0x004000, 0x008000, 0x010000, 0x020000, 0x040000,
	0x080000, 0x100000, 0x200000, 0x400000};
#define SECOND_OFFSETS (sizeof(second_offsets_bytes) / sizeof(second_offsets_bytes[0]))

static void
chunk_end(void **chunk)
{
	free(*chunk);
}

uint64_t
fd_size_bytes(int fd)
{
	struct stat about;
	uint64_t size_bytes = 0;

	if (fstat(fd, &about) != 0)
		return 0;
	if (S_ISREG(about.st_mode))
		return (uint64_t)about.st_size;
	return S_ISBLK(about.st_mode) && ioctl(fd, BLKGETSIZE64, &size_bytes) == 0 ? size_bytes : 0;
}

/* A header file on tmpfs takes no O_DIRECT; a disk always does. */
static int
device_open_direct(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 && errno == EINVAL ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : fd;
}

static enum status
io_failed(struct reason *reason, uint64_t offset_bytes)
{
	return reason_set(reason, STATUS_DEVICE_IO,
		"reading the LUKS header at byte %llu: %s; check the disk",
		(unsigned long long)offset_bytes, strerror(errno));
}

/* Copies one stretch of whole blocks, as far as the device goes. */
static enum status
chunk_copy(struct header *header, char *chunk, uint64_t offset_bytes, size_t length_bytes,
	struct reason *reason)
{
	ssize_t got = pread(header->device_fd, chunk, length_bytes, (off_t)offset_bytes);

	if (got < 0)
		return io_failed(reason, offset_bytes);
	/* What libcryptsetup repaired in the copy stays repaired: only what was not copied yet is
	 * written. */
	if (pwrite(header->copy_fd, chunk, (size_t)got, (off_t)offset_bytes) != got)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory for a copy of the LUKS header; free some");
	return STATUS_OK;
}

enum status
header_copy_part(struct header *header, uint64_t offset_bytes, uint64_t length_bytes,
	struct reason *reason)
{
	uint64_t end_bytes = offset_bytes + length_bytes;
	owned_by(chunk_end) void *chunk = NULL;

	if (end_bytes < offset_bytes || end_bytes > header->device_bytes)
		end_bytes = header->device_bytes;
	if (posix_memalign(&chunk, BLOCK_BYTES, CHUNK_BYTES) != 0)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory for a copy of the LUKS header; free some");
	for (uint64_t at = offset_bytes - offset_bytes % BLOCK_BYTES; at < end_bytes;
		at += CHUNK_BYTES) {
		uint64_t left_bytes = (end_bytes - at + BLOCK_BYTES - 1) / BLOCK_BYTES *
			BLOCK_BYTES;
		size_t length = (size_t)(left_bytes < CHUNK_BYTES ? left_bytes : CHUNK_BYTES);
		enum status status = chunk_copy(header, chunk, at, length, reason);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* Whether the copy has MAGIC at that place. */
static bool
copy_has_magic(const struct header *header, uint64_t offset_bytes, const char *magic)
{
	char found[MAGIC_BYTES];

	return pread(header->copy_fd, found, sizeof(found), (off_t)offset_bytes) ==
		(ssize_t)sizeof(found) &&
		memcmp(found, magic, MAGIC_BYTES) == 0;
}

/*
 * Copies the first block and, where LUKS2 may keep its second copy, a block each; a match says how
 * much is metadata. The usual header has its second copy at 16 KiB, so little more than 32 KiB is
 * read.
 */
static enum status
metadata_copy(struct header *header, struct reason *reason)
{
	enum status status = header_copy_part(header, 0, 2 * second_offsets_bytes[0], reason);
	bool found = status == STATUS_OK && copy_has_magic(header, 0, magic_first);

	for (size_t i = 0; status == STATUS_OK && i < SECOND_OFFSETS; i++) {
		uint64_t size_bytes = second_offsets_bytes[i];

		status = header_copy_part(header, size_bytes, BLOCK_BYTES, reason);
		if (status == STATUS_OK && copy_has_magic(header, size_bytes, magic_second))
			return header_copy_part(header, 0, 2 * size_bytes, reason);
	}
	if (status != STATUS_OK || found)
		return status;
	return reason_set(reason, STATUS_NOT_LUKS,
		"no LUKS header where it should be; is this the right device?");
}

enum status
header_copy(const char *path, struct header *ret_header, struct reason *reason)
{
	owned_header header = HEADER_EMPTY;

	header.device_fd = device_open_direct(path);
	if (header.device_fd < 0 && errno == EIO)
		return reason_set(reason, STATUS_DEVICE_IO, "%s: %s; check the disk", path,
			strerror(errno));
	if (header.device_fd < 0)
		return reason_set(reason, STATUS_NO_DEVICE, "%s: %s; check that it is attached",
			path, strerror(errno));
	header.device_bytes = fd_size_bytes(header.device_fd);
	if (header.device_bytes < BLOCK_BYTES)
		return reason_set(reason, STATUS_NOT_LUKS,
			"%s is empty or no disk; is this the right device?", path);
	header.copy_fd = memfd_create("luks-header", MFD_CLOEXEC);
	if (header.copy_fd < 0 || ftruncate(header.copy_fd, (off_t)header.device_bytes) != 0)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory for a copy of the LUKS header; free some");
	snprintf(header.copy_path, sizeof(header.copy_path), "/proc/self/fd/%d", header.copy_fd);

	enum status status = metadata_copy(&header, reason);

	if (status != STATUS_OK)
		return status;
	*ret_header = header;
	header = HEADER_EMPTY;
	return STATUS_OK;
}

/* Whether the same place of device and copy begins alike: checksum and sequence stand in the first
 * 512 bytes. */
static enum status
block_is_same(const struct header *header, uint64_t offset_bytes, bool *ret_same)
{
	owned_by(chunk_end) void *blocks = NULL;

	if (posix_memalign(&blocks, BLOCK_BYTES, 2 * BLOCK_BYTES) != 0)
		return STATUS_NO_MEMORY;
	if (pread(header->device_fd, blocks, BLOCK_BYTES, (off_t)offset_bytes) <
			(ssize_t)BLOCK_BYTES ||
		pread(header->copy_fd, (char *)blocks + BLOCK_BYTES, BLOCK_BYTES,
			(off_t)offset_bytes) < (ssize_t)BLOCK_BYTES)
		return STATUS_DEVICE_IO;
	*ret_same = memcmp(blocks, (char *)blocks + BLOCK_BYTES, BLOCK_BYTES) == 0;
	return STATUS_OK;
}

enum status
header_is_repaired(const struct header *header, bool *ret_repaired)
{
	bool first_same = true;
	bool second_same = true;
	enum status status = block_is_same(header, 0, &first_same);

	for (size_t i = 0; status == STATUS_OK && i < SECOND_OFFSETS; i++) {
		/* After a repair both copies are there, so the second one's magic tells where to
		 * compare. */
		if (!copy_has_magic(header, second_offsets_bytes[i], magic_second))
			continue;
		status = block_is_same(header, second_offsets_bytes[i], &second_same);
		break;
	}
	if (status == STATUS_OK)
		*ret_repaired = !first_same || !second_same;
	return status;
}

void
header_end(struct header *header)
{
	fd_end(&header->device_fd);
	fd_end(&header->copy_fd);
}

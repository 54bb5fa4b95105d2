/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The magic strings stand in the first blocks: those are written one by one, each when what is
 * behind it has reached the disk. */
#include "volume/header_write.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/header.h"

#define BLOCK_BYTES 4096
#define CHUNK_BYTES (1 << 20)
/* Both copies of a LUKS2 header as it is made here, and the whole of a LUKS1 header. */
#define FRONT_BYTES 32768

struct writing {
	const char *path;
	int header_fd; /* lent */
	int device_fd; /* lent */
	char *chunk;   /* lent */
};

static enum status
open_failed(const char *path, struct reason *reason)
{
	switch (errno) {
	case EBUSY:
		return reason_set(reason, STATUS_DEVICE_IN_USE,
			"%s is in use; see who uses it with lsblk and findmnt", path);
	case EROFS:
	case EACCES:
	case EPERM:
		return reason_set(reason, STATUS_DEVICE_READ_ONLY, "%s: %s; make it writable", path,
			strerror(errno));
	case EIO:
		return reason_set(reason, STATUS_DEVICE_IO, "%s: %s; check the disk", path,
			strerror(errno));
	default:
		return reason_set(reason, STATUS_NO_DEVICE, "%s: %s; check that it is attached",
			path, strerror(errno));
	}
}

static enum status
header_write_failed(const char *path, int error, struct reason *reason)
{
	return reason_set(reason, STATUS_DEVICE_IO,
		"%s: the header cannot be written: %s; cure that and run the same command again",
		path, strerror(error));
}

static enum status
chunk_write(const struct writing *writing, uint64_t at, size_t length_bytes, struct reason *reason)
{
	ssize_t got = pread(writing->header_fd, writing->chunk, length_bytes, (off_t)at);

	if (got != (ssize_t)length_bytes)
		return reason_set(reason, STATUS_INTERNAL,
			"the new header cannot be read; nothing of it is on %s", writing->path);
	for (size_t done = 0; done < length_bytes; done += (size_t)got) {
		got = pwrite(writing->device_fd, writing->chunk + done, length_bytes - done,
			(off_t)(at + done));
		if (got <= 0)
			return header_write_failed(writing->path, got < 0 ? errno : EIO, reason);
	}
	/* Blocks of the front wait for all that is behind them. */
	if (at <= FRONT_BYTES && fsync(writing->device_fd) != 0)
		return header_write_failed(writing->path, errno, reason);
	return STATUS_OK;
}

static enum status
room_check(int device_fd, const char *path, uint64_t header_bytes, struct reason *reason)
{
	if (fd_size_bytes(device_fd) > header_bytes)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"%s is too small: its header alone takes %llu MiB; take a larger one", path,
		(unsigned long long)(header_bytes >> 20));
}

enum status
header_device_check(const char *path, uint64_t header_bytes, struct reason *reason)
{
	owned_fd device_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int read_only = 0;

	if (device_fd < 0)
		return open_failed(path, reason);
	/* Asked, not tried: udev looks anew at a device whenever one who might write has closed it.
	 */
	if (ioctl(device_fd, BLKROGET, &read_only) == 0)
		errno = EROFS;
	else
		read_only = access(path, W_OK);
	return read_only != 0 ? open_failed(path, reason)
			      : room_check(device_fd, path, header_bytes, reason);
}

enum status
header_device_open(const char *path, uint64_t header_bytes, int *ret_device_fd,
	struct reason *reason)
{
	/* open(2): O_EXCL on a block device fails with EBUSY while the system uses it. */
	owned_fd device_fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);

	if (device_fd < 0)
		return open_failed(path, reason);

	enum status status = room_check(device_fd, path, header_bytes, reason);

	if (status != STATUS_OK)
		return status;
	*ret_device_fd = steal_fd(&device_fd);
	return STATUS_OK;
}

enum status
header_write(int header_fd, uint64_t header_bytes, int device_fd, const char *path,
	struct reason *reason)
{
	owned_text chunk = malloc(CHUNK_BYTES);
	struct writing writing = {path, header_fd, device_fd, chunk};
	enum status status = STATUS_OK;

	if (chunk == NULL)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for a header; free some");
	for (uint64_t at = header_bytes; status == STATUS_OK && at > 0;) {
		uint64_t behind_front = at > FRONT_BYTES ? at - FRONT_BYTES : BLOCK_BYTES;
		size_t length_bytes = behind_front < CHUNK_BYTES ? behind_front : CHUNK_BYTES;

		at -= length_bytes;
		status = chunk_write(&writing, at, length_bytes, reason);
	}
	return status;
}

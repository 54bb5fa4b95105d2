/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a depth check reads and writes, as plain calls that may take as long as the disk takes. */
#include "volume/depth_io.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/own.h"
#include "volume/header.h"
#include "volume/luks.h"

/* Whole logical blocks of any disk. */
#define PIECE_BYTES 4096

static void
piece_end(void **piece)
{
	free(*piece);
}

/* Where to read this time: anywhere, so that no cache of the storage answers for the disk. */
static off_t
place_choose(uint64_t size_bytes)
{
	uint64_t pieces = size_bytes / PIECE_BYTES;
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	return pieces > 0 ? (off_t)((uint64_t)now.tv_nsec * 2654435761U % pieces * PIECE_BYTES) : 0;
}

enum status
depth_read_mapping(void *place, struct reason *reason)
{
	const char *path = ((const struct depth_place *)place)->mapping;
	owned_fd mapping_fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	owned_by(piece_end) void *piece = NULL;
	uint64_t size_bytes = 0;

	if (mapping_fd < 0 || ioctl(mapping_fd, BLKGETSIZE64, &size_bytes) != 0)
		return reason_set(reason, STATUS_DEVICE_IO, "opening %s: %s; check the disk", path,
			strerror(errno));
	if (posix_memalign(&piece, PIECE_BYTES, PIECE_BYTES) != 0)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory to read from %s; free some",
			path);

	off_t offset_bytes = place_choose(size_bytes);

	if (pread(mapping_fd, piece, PIECE_BYTES, offset_bytes) != PIECE_BYTES)
		return reason_set(reason, STATUS_DEVICE_IO,
			"reading %s at byte %lld: %s; check the disk", path,
			(long long)offset_bytes, strerror(errno));
	return STATUS_OK;
}

enum status
depth_look_up(void *place, struct reason *reason)
{
	const char *directory = ((const struct depth_place *)place)->directory;
	owned_fd directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[64];
	struct stat about;

	/* A new name each time: one that was looked up before is answered from memory. */
	snprintf(name, sizeof(name), ".luks-ssm-%lld-%d", (long long)clock_now_ms(), (int)getpid());
	if (directory_fd < 0 ||
		(fstatat(directory_fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT))
		return reason_set(reason, STATUS_DEVICE_IO,
			"looking into %s: %s; check the kernel log", directory, strerror(errno));
	return STATUS_OK;
}

/* Without O_TMPFILE in the filesystem: a file whose name is taken away before anything is written.
 */
static int
nameless_open(const char *directory)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char path[PATH_MAX + 32];

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd;
	snprintf(path, sizeof(path), "%s/.luks-ssm-XXXXXX", directory);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static enum status
write_failed(const char *directory, struct reason *reason)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
		return reason_set(reason, STATUS_NO_MEMORY,
			"%.100s has no space or no inode left for a test file; make room",
			directory);
	case EROFS:
		return reason_set(reason, STATUS_TURNED_READ_ONLY,
			"%s takes no writes: %s; check the kernel log", directory, strerror(errno));
	default:
		return reason_set(reason, STATUS_DEVICE_IO, "writing in %s: %s; check the disk",
			directory, strerror(errno));
	}
}

/* Reads the piece from the disk; a filesystem that takes no O_DIRECT is told to forget what it has
 * in memory. */
static bool
piece_read_back(int file_fd, void *piece)
{
	int flags = fcntl(file_fd, F_GETFL);

	if (flags < 0 || fcntl(file_fd, F_SETFL, flags | O_DIRECT) != 0)
		posix_fadvise(file_fd, 0, 0, POSIX_FADV_DONTNEED);
	errno = EIO;
	if (pread(file_fd, piece, PIECE_BYTES, 0) == PIECE_BYTES)
		return true;
	/* F_SETFL can succeed where the read then does not. */
	return errno == EINVAL && fcntl(file_fd, F_SETFL, flags) == 0 &&
		pread(file_fd, piece, PIECE_BYTES, 0) == PIECE_BYTES;
}

enum status
depth_write(void *place, struct reason *reason)
{
	const char *directory = ((const struct depth_place *)place)->directory;
	owned_fd file_fd = nameless_open(directory);
	owned_by(piece_end) void *pieces = NULL;

	if (file_fd < 0)
		return write_failed(directory, reason);
	if (posix_memalign(&pieces, PIECE_BYTES, 2 * PIECE_BYTES) != 0)
		return reason_set(reason, STATUS_INTERNAL,
			"no memory to write in %.120s; free some", directory);

	unsigned char *written = pieces;
	unsigned char *read_back = written + PIECE_BYTES;
	int64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < PIECE_BYTES; i++)
		written[i] = (unsigned char)((uint64_t)now_ms * (i + 1) >> (i % 8));
	memset(read_back, 0, PIECE_BYTES);
	errno = ENOSPC;
	if (pwrite(file_fd, written, PIECE_BYTES, 0) != PIECE_BYTES || fsync(file_fd) != 0)
		return write_failed(directory, reason);
	if (!piece_read_back(file_fd, read_back))
		return reason_set(reason, STATUS_DEVICE_IO,
			"reading back in %s: %s; check the disk", directory, strerror(errno));
	if (memcmp(written, read_back, PIECE_BYTES) != 0)
		return reason_set(reason, STATUS_DEVICE_IO,
			"%s gives back other bytes than were written; check the disk", directory);
	return STATUS_OK;
}

enum status
depth_judge_header(void *context, struct reason *reason)
{
	struct depth_header *wish = context;
	owned_header header = HEADER_EMPTY;
	struct luks_report report;
	struct stat about;

	/* A header may lie as a file on storage that hangs: even its name is looked at here only.
	 */
	if (stat(wish->path, &about) != 0)
		return reason_set(reason, STATUS_NO_HEADER,
			"the LUKS header on %.80s is not there: the next start here would fail; restore it",
			wish->path);

	enum status status = header_copy(wish->path, &header, reason);

	if (status == STATUS_OK)
		status = luks_judge(&header, wish->luks_uuid, &report, reason);
	if (status != STATUS_OK)
		return status;
	wish->copy_damaged = report.copy_damaged;
	wish->reencrypting = report.reencrypting;
	return STATUS_OK;
}

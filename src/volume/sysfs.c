/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small reads from sysfs and procfs. */
#include "volume/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/roots.h"

/* What an attribute answers when its object is being taken away, beside a missing file. */
static bool
errno_is_absence(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ENODEV || error == ENXIO ||
		error == ESRCH;
}

enum status
small_file_read(const char *path, char *ret_text, size_t room_bytes)
{
	owned_fd fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno_is_absence(errno) ? STATUS_NOT_ACTIVE : STATUS_UNREADABLE;

	size_t used = 0;

	while (used < room_bytes) {
		ssize_t got = read(fd, ret_text + used, room_bytes - used);

		if (got < 0)
			return errno_is_absence(errno) ? STATUS_NOT_ACTIVE : STATUS_UNREADABLE;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	if (used == room_bytes)
		return STATUS_UNREADABLE;
	while (used > 0 && strchr(" \t\n", ret_text[used - 1]) != NULL)
		used--;
	ret_text[used] = '\0';
	return STATUS_OK;
}

long
small_file_number(const char *path)
{
	char text[32];
	char *end;

	if (small_file_read(path, text, sizeof(text)) != STATUS_OK)
		return -1;
	errno = 0;
	long number = strtol(text, &end, 10);

	return errno == 0 && end != text && *end == '\0' && number >= 0 ? number : -1;
}

/* Reads "MAJOR:MINOR". */
static bool
device_number_read(const char *path, dev_t *ret_number)
{
	char text[32];
	unsigned int major_number, minor_number;
	char rest;

	if (small_file_read(path, text, sizeof(text)) != STATUS_OK ||
		sscanf(text, "%u:%u%c", &major_number, &minor_number, &rest) != 2)
		return false;
	*ret_number = makedev(major_number, minor_number);
	return true;
}

bool
block_number_of_name(const char *name, dev_t *ret_number)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/class/block/%s/dev", sysfs_root, name);
	return device_number_read(path, ret_number);
}

bool
block_name_of_number(dev_t number, char ret_name[static DISK_NAME_BYTES])
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u", sysfs_root, major(number),
		minor(number));
	ssize_t length = readlink(path, target, sizeof(target) - 1);

	if (length <= 0)
		return false;
	target[length] = '\0';
	const char *slash = strrchr(target, '/');
	const char *name = slash != NULL ? slash + 1 : target;

	if (strlen(name) >= DISK_NAME_BYTES)
		return false;
	strcpy(ret_name, name);
	return true;
}

bool
block_disk_of_partition(const char *name, dev_t *ret_number)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/class/block/%s/partition", sysfs_root, name);
	if (access(path, F_OK) != 0)
		return false;
	/* The link leads into the disk's own directory, whose parent is the disk. */
	snprintf(path, sizeof(path), "%s/class/block/%s/../dev", sysfs_root, name);
	return device_number_read(path, ret_number);
}

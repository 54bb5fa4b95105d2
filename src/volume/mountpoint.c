/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mount point and the mount, through libmount. The caller has looked that nothing lies on the
 * directory; what it finds out too late is found by the proof that follows.
 */
#include "volume/mountpoint.h"

#include <errno.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/directory_look.h"

#define DIRECTORY_MODE 0755

static void
context_end(struct libmnt_context **context)
{
	if (*context != NULL)
		mnt_free_context(*context);
}

/* Cuts the last component off. False at the root. */
static bool
path_cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return false;
	*slash = '\0';
	return true;
}

void
mountpoint_unmake(const char *directory, unsigned int made)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", directory);
	for (; made > 0 && rmdir(path) == 0 && path_cut(path); made--)
		continue;
}

/* Makes the component that ends at END, unless it is there. Counts what it made. */
static bool
component_make(char *path, char *end, unsigned int *made)
{
	char kept = *end;

	*end = '\0';

	/* The umask is for files that we write, not for a way that others go. */
	bool is_new = mkdir(path, DIRECTORY_MODE) == 0 && chmod(path, DIRECTORY_MODE) == 0;
	bool is_there = is_new || errno == EEXIST;

	*end = kept;
	*made += is_new;
	return is_there;
}

enum status
mountpoint_make(const char *directory, unsigned int *ret_made, struct reason *reason)
{
	char path[PATH_MAX];
	struct stat about;
	unsigned int made = 0;
	bool going = true;

	snprintf(path, sizeof(path), "%s", directory);
	for (char *end = path; going && *end != '\0';) {
		end += 1 + strcspn(end + 1, "/");
		going = component_make(path, end, &made);
	}
	if (!going || stat(directory, &about) != 0) {
		int error = errno;

		mountpoint_unmake(directory, made);
		return reason_set(reason, STATUS_NO_MOUNT_POINT,
			"%s cannot be made: %s; make it by hand or correct directory", directory,
			strerror(error));
	}
	if (!S_ISDIR(about.st_mode))
		return reason_set(reason, STATUS_NO_MOUNT_POINT,
			"%s is not a directory; correct directory", directory);
	*ret_made = made;
	return STATUS_OK;
}

enum status
mountpoint_check(const char *directory, struct reason *reason)
{
	char path[PATH_MAX];
	struct stat about;

	snprintf(path, sizeof(path), "%s", directory);
	while (stat(path, &about) != 0) {
		if (errno != ENOENT || !path_cut(path))
			return reason_set(reason, STATUS_NO_MOUNT_POINT,
				"%.120s: %s; correct directory", path, strerror(errno));
	}
	if (!S_ISDIR(about.st_mode))
		return reason_set(reason, STATUS_NO_MOUNT_POINT,
			"%s is not a directory; correct directory", path);
	if (strcmp(path, directory) != 0 && access(path, W_OK) != 0)
		return reason_set(reason, STATUS_NO_MOUNT_POINT,
			"%s is missing and cannot be made in %s: %s; correct directory", directory,
			path, strerror(errno));
	return STATUS_OK;
}

enum status
mountpoint_check_free(const char *directory, const struct mount *on_directory,
	struct reason *reason)
{
	struct directory_look look;

	if (on_directory != NULL && !on_directory->is_ours)
		return reason_set(reason, STATUS_MOUNT_POINT_TAKEN,
			"%s is mounted on %s; unmount it", on_directory->source,
			on_directory->directory);
	directory_look(directory, &look);
	if (look.error == 0 && look.is_mount_root)
		return reason_set(reason, STATUS_MOUNT_POINT_TAKEN,
			"something is mounted on %s already; unmount it", directory);
	return STATUS_OK;
}

static enum status
mount_status(int error)
{
	switch (error) {
	case ENODEV:
		return STATUS_NO_FILESYSTEM_DRIVER;
	case EROFS:
	case EACCES:
		return STATUS_DEVICE_READ_ONLY;
	case EBUSY:
		/* ext4 says so of a superblock that another node keeps alive, too. */
		return STATUS_FILESYSTEM_IN_USE;
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		return STATUS_NO_MOUNT_POINT;
	case ENXIO:
	case ENOTBLK:
		return STATUS_NO_DEVICE;
	case EPERM:
		return STATUS_NOT_ROOT;
	case EIO:
		return STATUS_DEVICE_IO;
	case ENOMEM:
		return STATUS_NO_MEMORY;
	default:
		/* EUCLEAN, EINVAL, ENOSPC and what else a driver makes of a superblock: the options
		 * were asked before. */
		return STATUS_BAD_FILESYSTEM;
	}
}

/* The sentence of a failed mount: libmount's own, which knows what the numbers mean for a mount. */
static enum status
mount_failed(struct libmnt_context *context, int result, const char *source, const char *directory,
	struct reason *reason)
{
	int error = mnt_context_get_syscall_errno(context);
	char said[120] = "";

	if (!mnt_context_syscall_called(context))
		error = result < 0 ? -result : EINVAL;
	if (error == EBUSY)
		return reason_set(reason, mount_status(error),
			"mounting %.60s on %.60s: it is in use here, or on another node (multiple "
			"mount protection); stop it there",
			source, directory);
	mnt_context_get_excode(context, result, said, sizeof(said));
	return reason_set(reason, mount_status(error),
		"mounting %s on %s: %s (%s); the kernel log may say more", source, directory, said,
		strerror(error));
}

enum status
mountpoint_mount(const char *source, const char *directory, const char *fstype, const char *options,
	bool read_only, struct reason *reason)
{
	owned_by(context_end) struct libmnt_context *context = mnt_new_context();

	if (context == NULL || mnt_context_set_source(context, source) != 0 ||
		mnt_context_set_target(context, directory) != 0 ||
		mnt_context_set_fstype(context, fstype) != 0 ||
		mnt_context_set_options(context, options) != 0)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory to mount %.120s; free some",
			directory);
	/* No helper programs, nothing from fstab, and no silent read-only mount of a device that
	 * takes no writes. */
	mnt_context_disable_helpers(context, 1);
	mnt_context_set_optsmode(context, MNT_OMODE_NOTAB);
	mnt_context_enable_rwonly_mount(context, !read_only);

	int result = mnt_context_mount(context);

	if (result != 0 || !mnt_context_get_status(context))
		return mount_failed(context, result, source, directory, reason);
	return STATUS_OK;
}

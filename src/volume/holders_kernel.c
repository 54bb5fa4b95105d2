/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holders that are no process: swap areas, loop devices whose file lies on the volume, and block
 * devices on top of the mapping. Part of holders.h; nothing here can be signalled, so it is only
 * named.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "volume/holders.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

static bool
path_is_on_volume(const char *path, const struct footprint *footprint)
{
	struct statx seen;

	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		    STATX_BASIC_STATS | STATX_MNT_ID, &seen) != 0)
		return false;
	if (S_ISBLK(seen.stx_mode))
		return makedev(seen.stx_rdev_major, seen.stx_rdev_minor) == footprint->mapping;
	return makedev(seen.stx_dev_major, seen.stx_dev_minor) == footprint->mapping ||
		((seen.stx_mask & STATX_MNT_ID) != 0 &&
			id_set_has(&footprint->mounts, seen.stx_mnt_id));
}

static enum status
holder_list_add_object(struct holder_list *list, const char *kind, const char *name,
	const char *use)
{
	struct volume_user holder = {.pid_fd = -1, .use = use, .is_spared = true};

	snprintf(holder.name, sizeof(holder.name), "%s%.50s", kind, name);
	return holder_list_add(list, holder);
}

/* The kernel writes white space and backslashes of a path as \ooo. */
static void
octal_unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		unsigned int code;

		if (from[0] == '\\' && sscanf(from + 1, "%3o", &code) == 1 && strlen(from) >= 4) {
			*to++ = (char)code;
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

static enum status
holder_list_add_swaps(struct holder_list *list, const struct footprint *footprint)
{
	char path[PATH_MAX];
	owned_text line = NULL;
	size_t room = 0;
	enum status status = STATUS_OK;

	snprintf(path, sizeof(path), "%s/swaps", proc_root);
	owned_file swaps = fopen(path, "re");
	while (swaps != NULL && status == STATUS_OK && getline(&line, &room, swaps) > 0) {
		line[strcspn(line, " \t\n")] = '\0';
		octal_unescape(line);
		if (line[0] == '/' && path_is_on_volume(line, footprint))
			status = holder_list_add_object(list, "swap on ", line, "swap");
	}
	return status;
}

/* The kernel marks a file that was unlinked; its directory, while that is there, tells the volume.
 */
static bool
backing_is_on_volume(char *path, const struct footprint *footprint)
{
	static const char mark[] = " (deleted)";
	size_t length = strlen(path), mark_length = sizeof(mark) - 1;

	if (path_is_on_volume(path, footprint))
		return true;
	if (length <= mark_length || strcmp(path + length - mark_length, mark) != 0)
		return false;
	path[length - mark_length] = '\0';

	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return false;
	*slash = '\0';
	return path_is_on_volume(path, footprint);
}

static enum status
holder_list_add_loops(struct holder_list *list, const struct footprint *footprint)
{
	char path[PATH_MAX];
	char backing[PATH_MAX];
	enum status status = STATUS_OK;

	snprintf(path, sizeof(path), "%s/block", sysfs_root);
	owned_dir disks = opendir(path);
	for (struct dirent *entry;
		disks != NULL && status == STATUS_OK && (entry = readdir(disks)) != NULL;) {
		if (strncmp(entry->d_name, "loop", 4) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/block/%.30s/loop/backing_file", sysfs_root,
			entry->d_name);
		if (small_file_read(path, backing, sizeof(backing)) != STATUS_OK)
			continue;
		if (backing_is_on_volume(backing, footprint))
			status = holder_list_add_object(list, "", entry->d_name, "loop device");
	}
	return status;
}

static enum status
holder_list_add_devices(struct holder_list *list, const struct footprint *footprint)
{
	char path[PATH_MAX];
	char name[64];
	enum status status = STATUS_OK;

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/holders", sysfs_root,
		major(footprint->mapping), minor(footprint->mapping));
	owned_dir holders = opendir(path);
	for (struct dirent *entry;
		holders != NULL && status == STATUS_OK && (entry = readdir(holders)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/class/block/%.30s/dm/name", sysfs_root,
			entry->d_name);
		if (small_file_read(path, name, sizeof(name)) != STATUS_OK)
			status = holder_list_add_object(list, "device ", entry->d_name,
				"block device on top");
		else
			status = holder_list_add_object(list, "mapping ", name,
				"block device on top");
	}
	return status;
}

enum status
holder_list_add_kernel(struct holder_list *list, const struct footprint *footprint)
{
	enum status status = holder_list_add_swaps(list, footprint);

	if (status == STATUS_OK)
		status = holder_list_add_loops(list, footprint);
	if (status == STATUS_OK)
		status = holder_list_add_devices(list, footprint);
	return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mountinfo through libmount, kept as plain structs. */
#include "volume/mounts.h"

#include <errno.h>
#include <libmount.h>
#include <stdlib.h>
#include <string.h>

#include "params/params_check.h"
#include "volume/btrfs_members.h"

static void
table_end(struct libmnt_table **table)
{
	mnt_unref_table(*table);
}

static void
iter_end(struct libmnt_iter **iter)
{
	mnt_free_iter(*iter);
}

static void
mount_end(struct mount *mount)
{
	free(mount->root);
	free(mount->directory);
	free(mount->fstype);
	free(mount->source);
	free(mount->options);
}

/* A line that cannot be read makes the whole list unreadable: what is not seen is not gone. */
static int
line_is_broken(struct libmnt_table *table, const char *path, int line)
{
	(void)table;
	(void)path;
	(void)line;
	return -EINVAL;
}

static char *
text_copy(const char *text)
{
	return strdup(text != NULL ? text : "");
}

/* The kernel marks a mount point whose directory was unlinked; the mount is as real as any other.
 */
static void
deleted_mark_cut(char *directory)
{
	static const char mark[] = "//deleted";
	size_t length = directory != NULL ? strlen(directory) : 0;

	if (length >= sizeof(mark) && strcmp(directory + length - (sizeof(mark) - 1), mark) == 0)
		directory[length - (sizeof(mark) - 1)] = '\0';
}

static char *
options_join(const char *of_mount, const char *of_superblock)
{
	size_t room = strlen(of_mount) + strlen(of_superblock) + 2;
	char *joined = malloc(room);

	if (joined != NULL)
		snprintf(joined, room, "%s,%s", of_mount, of_superblock);
	return joined;
}

static bool
mount_copy(struct libmnt_fs *fs, struct mount *ret_mount)
{
	const char *of_mount = mnt_fs_get_vfs_options(fs);
	const char *of_superblock = mnt_fs_get_fs_options(fs);

	of_mount = of_mount != NULL ? of_mount : "";
	of_superblock = of_superblock != NULL ? of_superblock : "";
	*ret_mount = (struct mount){
		.id = mnt_fs_get_id(fs),
		.parent_id = mnt_fs_get_parent_id(fs),
		.number = mnt_fs_get_devno(fs),
		.root = text_copy(mnt_fs_get_root(fs)),
		.directory = text_copy(mnt_fs_get_target(fs)),
		.fstype = text_copy(mnt_fs_get_fstype(fs)),
		.source = text_copy(mnt_fs_get_source(fs)),
		.options = options_join(of_mount, of_superblock),
		.is_read_only = option_list_has(of_mount, "ro") ||
			option_list_has(of_superblock, "ro"),
		.is_shut_down = option_list_has(of_superblock, "emergency_ro") ||
			option_list_has(of_superblock, "shutdown"),
	};
	deleted_mark_cut(ret_mount->directory);
	return ret_mount->root != NULL && ret_mount->directory != NULL &&
		ret_mount->fstype != NULL && ret_mount->source != NULL &&
		ret_mount->options != NULL;
}

static bool
mount_is_on(const struct mount *mount, dev_t device)
{
	if (device == 0)
		return false;
	if (mount->number == device)
		return true;
	return strcmp(mount->fstype, "btrfs") == 0 && btrfs_source_is_on(mount->source, device);
}

static bool
table_copy(struct libmnt_table *table, dev_t device, struct mount_list *list)
{
	owned_by(iter_end) struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	int count = mnt_table_get_nents(table);
	struct libmnt_fs *fs;

	list->mounts = calloc(count > 0 ? (size_t)count : 1, sizeof(*list->mounts));
	if (iter == NULL || list->mounts == NULL)
		return false;
	while (list->count < (size_t)count && mnt_table_next_fs(table, iter, &fs) == 0) {
		struct mount *mount = &list->mounts[list->count++];

		if (!mount_copy(fs, mount))
			return false;
		mount->is_ours = mount_is_on(mount, device);
	}
	return true;
}

/* The process, or its namespace, went away: it has no mounts. */
static bool
error_is_gone_process(int error)
{
	return error == ENOENT || error == ESRCH || error == EINVAL;
}

enum status
mount_list_read(const char *path, dev_t device, struct mount_list *ret_list, struct reason *reason)
{
	owned_by(table_end) struct libmnt_table *table = mnt_new_table();
	struct mount_list list = {0};

	if (table == NULL)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the list of mounts");
	mnt_table_set_parser_errcb(table, line_is_broken);
	errno = 0;
	int rc = mnt_table_parse_file(table, path);

	if (rc != 0 && error_is_gone_process(errno) && strstr(path, "/self/") == NULL) {
		*ret_list = list;
		return STATUS_OK;
	}
	if (rc != 0)
		return reason_set(reason, STATUS_UNREADABLE, "cannot read %s: %s", path,
			strerror(rc < 0 ? -rc : errno));
	if (!table_copy(table, device, &list)) {
		mount_list_end(&list);
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the list of mounts");
	}
	*ret_list = list;
	return STATUS_OK;
}

/* Whether another mount on the same directory lies on this one. */
static bool
mount_is_covered(const struct mount_list *list, const struct mount *mount)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct mount *other = &list->mounts[i];

		if (other != mount && other->parent_id == mount->id &&
			strcmp(other->directory, mount->directory) == 0)
			return true;
	}
	return false;
}

const struct mount *
mount_list_top(const struct mount_list *list, const char *directory)
{
	const struct mount *top = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct mount *mount = &list->mounts[i];

		if (strcmp(mount->directory, directory) == 0 && !mount_is_covered(list, mount))
			top = mount;
	}
	return top;
}

void
mount_list_end(struct mount_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		mount_end(&list->mounts[i]);
	free(list->mounts);
	list->mounts = NULL;
	list->count = 0;
}

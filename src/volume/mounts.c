/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mountinfo file, read whole and kept as plain structs. */
#include "volume/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "params/params_check.h"
#include "volume/btrfs_members.h"
#include "volume/mountinfo.h"

/* A node has a few dozen mounts of about a hundred bytes; one with thousands needs some more turns.
 */
#define READ_FIRST_BYTES 16384
#define READ_MOST_BYTES (64 << 20)

static void
mount_end(struct mount *mount)
{
	free(mount->root);
	free(mount->directory);
	free(mount->fstype);
	free(mount->source);
	free(mount->options);
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
mount_copy(const struct mountinfo *info, struct mount *ret_mount)
{
	*ret_mount = (struct mount){
		.id = info->id,
		.parent_id = info->parent_id,
		.number = info->number,
		.root = strdup(info->root),
		.directory = strdup(info->directory),
		.fstype = strdup(info->fstype),
		.source = strdup(info->source),
		.options = options_join(info->options, info->super_options),
		.is_read_only = option_list_has(info->options, "ro") ||
			option_list_has(info->super_options, "ro"),
		.is_shut_down = option_list_has(info->super_options, "emergency_ro") ||
			option_list_has(info->super_options, "shutdown"),
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

static size_t
text_count_lines(const char *text)
{
	size_t count = 0;

	for (const char *at = strchr(text, '\n'); at != NULL; at = strchr(at + 1, '\n'))
		count++;
	return count;
}

/* A line that cannot be read makes the whole list unreadable: what is not seen is not gone. */
static enum status
text_copy_mounts(char *text, dev_t device, struct mount_list *list)
{
	size_t count = text_count_lines(text);

	list->mounts = calloc(count > 0 ? count : 1, sizeof(*list->mounts));
	if (list->mounts == NULL)
		return STATUS_NO_MEMORY;
	for (char *line = strsep(&text, "\n"); text != NULL; line = strsep(&text, "\n")) {
		struct mount *mount = &list->mounts[list->count];
		struct mountinfo info;

		if (!mountinfo_cut(line, &info))
			return STATUS_UNREADABLE;
		list->count++;
		if (!mount_copy(&info, mount))
			return STATUS_NO_MEMORY;
		mount->is_ours = mount_is_on(mount, device);
	}
	return STATUS_OK;
}

/* The whole file as one text, each line with its newline. On failure errno says why. */
static char *
mountinfo_read(const char *path)
{
	owned_fd fd = open(path, O_RDONLY | O_CLOEXEC);
	owned_text text = NULL;
	size_t used_bytes = 0;

	if (fd < 0)
		return NULL;
	for (size_t room_bytes = READ_FIRST_BYTES; room_bytes <= READ_MOST_BYTES; room_bytes *= 2) {
		char *larger = realloc(text, room_bytes);
		ssize_t got = 1;

		if (larger == NULL)
			return NULL;
		text = larger;
		while (got > 0 && used_bytes < room_bytes - 1) {
			got = read(fd, text + used_bytes, room_bytes - 1 - used_bytes);
			used_bytes += got > 0 ? (size_t)got : 0;
		}
		text[used_bytes] = '\0';
		if (got == 0)
			return steal(text);
		if (got < 0)
			return NULL;
	}
	errno = EFBIG;
	return NULL;
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
	owned_text text = mountinfo_read(path);
	struct mount_list list = {0};

	if (text == NULL && error_is_gone_process(errno) && strstr(path, "/self/") == NULL) {
		*ret_list = list;
		return STATUS_OK;
	}
	if (text == NULL)
		return reason_set(reason, errno == ENOMEM ? STATUS_NO_MEMORY : STATUS_UNREADABLE,
			"cannot read %s: %s; is /proc mounted?", path, strerror(errno));

	enum status status = text_copy_mounts(text, device, &list);

	if (status != STATUS_OK) {
		mount_list_end(&list);
		return reason_set(reason, status,
			status == STATUS_UNREADABLE
				? "%s: a line there is not as proc(5) has it; report this"
				: "%s: no memory for the list of mounts; free some",
			path);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict on the mounts of our mapping: where they are, whether they work, whether they are as
 * asked. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "volume/directory_look.h"
#include "volume/roots.h"
#include "volume/sysfs.h"
#include "volume/view_judge.h"

const struct mount_list *
view_home_mounts(const struct view *view)
{
	return view->is_private ? &view->init_mounts : &view->mounts;
}

static const struct mount *
mount_find_ours(const struct mount_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->mounts[i].is_ours)
			return &list->mounts[i];
	}
	return NULL;
}

static const struct mount *
mount_find_id(const struct mount_list *list, int id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->mounts[i].id == id)
			return &list->mounts[i];
	}
	return NULL;
}

/* No mount of ours where services look. */
static enum state
judge_unmounted(struct view *view)
{
	const struct mount *hidden = mount_find_ours(&view->mounts);

	if (hidden != NULL) {
		reason_set(&view->reason, STATUS_PRIVATE_NAMESPACE,
			"mounted on %s in the agent's own mount namespace only; remove PrivateTmp from Pacemaker's drop-in",
			hidden->directory);
		return STATE_FAILED;
	}
	reason_set(&view->reason, STATUS_PARTLY_UP,
		"mapping %s is open and not mounted; stop, then start", view->ours->name);
	return STATE_PARTIAL;
}

/*
 * What lies on the directory. Text finds it where the path holds no symbolic links; statx tells for
 * certain. It cannot hang here: the path leads to a mount of ours (or to none at all), whose root
 * inode is in memory, and so is every ancestor of a mount point; getattr of xfs, ext4 and btrfs
 * reads no disk.
 */
static enum state
judge_directory(const char *directory, struct view *view)
{
	const struct mount_list *home = view_home_mounts(view);
	char path[PATH_MAX];
	struct directory_look look;

	view->on_directory = mount_list_top(home, directory);
	if (view->on_directory == NULL || view->on_directory->is_ours) {
		snprintf(path, sizeof(path), "%s%s%s", view->is_private ? proc_root : "",
			view->is_private ? "/1/root" : "", directory);
		directory_look(path, &look);
		if (look.error == EIO) {
			reason_set(&view->reason, STATUS_TURNED_READ_ONLY,
				"the filesystem on %s was shut down after an error; see dmesg",
				directory);
			return STATE_FAILED;
		}
		if (look.error != 0 && view->on_directory != NULL) {
			reason_set(&view->reason, STATUS_PARTLY_UP,
				"cannot look at %.100s: %s; see dmesg, then stop and start",
				directory, strerror(look.error));
			return STATE_FAILED;
		}
		const struct mount *there = look.mount_id >= 0 ? mount_find_id(home, look.mount_id)
							       : NULL;

		if (there != NULL)
			view->on_directory = look.is_mount_root ? there : NULL;
	}
	if (view->on_directory != NULL && view->on_directory->is_ours)
		return STATE_ACTIVE;
	if (view->on_directory != NULL) {
		reason_set(&view->reason, STATUS_MOUNT_POINT_TAKEN,
			"%s on %s covers our mount; unmount it", view->on_directory->fstype,
			directory);
		return STATE_FAILED;
	}
	reason_set(&view->reason, STATUS_PARTLY_UP,
		"ours is mounted on %s and not on %s; stop, then start",
		mount_find_ours(home)->directory, directory);
	return STATE_PARTIAL;
}

static enum state
judge_writable(const struct wanted *wanted, const struct mount *mount, struct view *view)
{
	if (mount->is_shut_down) {
		reason_set(&view->reason, STATUS_TURNED_READ_ONLY,
			"the filesystem on %s was shut down after an error; see dmesg",
			mount->directory);
		return STATE_FAILED;
	}
	if (!wanted->read_only && mount->is_read_only) {
		reason_set(&view->reason, STATUS_TURNED_READ_ONLY,
			"%s is mounted read-only and should be writable; see dmesg",
			mount->directory);
		return STATE_FAILED;
	}
	if (!wanted->read_only && view->ours->is_read_only) {
		reason_set(&view->reason, STATUS_DEVICE_READ_ONLY,
			"mapping %s is read-only and should be writable; stop, then start",
			view->ours->name);
		return STATE_FAILED;
	}
	if (wanted->read_only && !mount->is_read_only) {
		reason_set(&view->reason, STATUS_PARTLY_UP,
			"%s is mounted writable and should be read-only; stop, then start",
			mount->directory);
		return STATE_FAILED;
	}
	return STATE_ACTIVE;
}

/* ext4 counts its errors in sysfs and may have turned read-only without telling anybody else
 * (Linux 6.1). */
static enum state
judge_ext4_errors(const struct record *record, const struct mount *mount, struct view *view)
{
	char path[PATH_MAX];

	if (strncmp(mount->fstype, "ext", 3) != 0)
		return STATE_ACTIVE;
	snprintf(path, sizeof(path), "%s/fs/ext4/dm-%u/errors_count", sysfs_root,
		minor(view->ours->number));
	view->ext4_errors = small_file_number(path);
	bool is_recorded = record != NULL && record->ext4_errors >= 0 &&
		strcmp(record->luks_uuid, view->ours->luks_uuid) == 0;

	if (!is_recorded || view->ext4_errors <= record->ext4_errors)
		return STATE_ACTIVE;
	view->ext4_errors_grew = true;
	reason_set(&view->reason, STATUS_BAD_FILESYSTEM,
		"ext4 on %s has met %ld errors since start; see dmesg, plan an e2fsck",
		mount->directory, view->ext4_errors - record->ext4_errors);
	return STATE_FLAGGED;
}

enum state
view_judge_mount(const struct wanted *wanted, const char *directory, const struct record *record,
	struct view *view)
{
	const struct mount *mount = mount_find_ours(view_home_mounts(view));
	enum state state = STATE_ACTIVE;

	if (mount == NULL) {
		if (directory != NULL)
			view->on_directory = mount_list_top(view_home_mounts(view), directory);
		return judge_unmounted(view);
	}
	if (directory != NULL) {
		state = judge_directory(directory, view);
		mount = view->on_directory;
	}
	if (state == STATE_ACTIVE)
		state = judge_writable(wanted, mount, view);
	if (state == STATE_ACTIVE)
		state = judge_ext4_errors(record, mount, view);
	return state;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unmounting in one namespace. See unmount.h.
 */
#include "volume/unmount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/log.h"

/* Every pass unmounts at least one layer or is the last; nobody stacks this many on purpose. */
#define PASSES_MAX 64

/* What lies at that path must be this very mount: another one on top, or on the way, would be hit
 * in its place. */
static bool
mount_is_on_top(const struct mount *mount)
{
	struct statx seen;

	if (statx(AT_FDCWD, mount->directory,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID,
		    &seen) != 0)
		/* A dead filesystem cannot be asked (xfs that shut down says EIO), yet can be
		 * unmounted. */
		return errno == EIO;
	return (seen.stx_mask & STATX_MNT_ID) != 0 && seen.stx_mnt_id == (uint64_t)mount->id;
}

static bool
mount_lies_under_another(const struct mount_list *list, const struct mount *mount)
{
	const struct mount *top = mount_list_top(list, mount->directory);

	return top != NULL && top->id != mount->id;
}

/* Returns whether it has gone. */
static bool
mount_unmount(const struct mount_list *list, const struct mount *mount)
{
	if (mount_lies_under_another(list, mount) || !mount_is_on_top(mount))
		return false;
	if (umount2(mount->directory, UMOUNT_NOFOLLOW) == 0) {
		log_debug("unmounted %s from %s", mount->source, mount->directory);
		return true;
	}
	log_debug("cannot unmount %s: %s", mount->directory, strerror(errno));
	return false;
}

/* One pass over a list that was just read. RET_DONE counts what went away. */
static enum status
unmount_pass(const struct mount_list *list, const struct footprint *footprint,
	const struct id_set *kept, size_t *ret_done)
{
	bool *marked = calloc(list->count + 1, sizeof(*marked));
	size_t done = 0;

	if (marked == NULL)
		return STATUS_NO_MEMORY;
	footprint_mark(footprint, list, kept, marked);
	for (size_t i = list->count; i-- > 0;) {
		if (marked[i] && mount_unmount(list, &list->mounts[i]))
			done++;
	}
	free(marked);
	*ret_done = done;
	return STATUS_OK;
}

static const struct mount *
list_find_ours(const struct mount_list *list, const struct footprint *footprint,
	const struct id_set *kept)
{
	for (size_t i = list->count; i-- > 0;) {
		const struct mount *mount = &list->mounts[i];

		if (footprint_has_mount(footprint, mount) &&
			(kept == NULL || !id_set_has(kept, (uint64_t)mount->id)))
			return mount;
	}
	return NULL;
}

/* Why a mount of ours that is left could not be unmounted, as far as it is not its users. */
static const char *
mount_obstacle(const struct mount_list *list, const struct mount *mount)
{
	if (mount_lies_under_another(list, mount))
		return ": a mount that is not ours lies on top of it";
	return mount_is_on_top(mount) ? "" : ": another mount hides it";
}

enum status
unmount_all(const char *mountinfo, const struct footprint *footprint, const struct id_set *kept,
	struct reason *reason)
{
	for (int pass = 0;; pass++) {
		owned_mount_list list = {0};
		size_t done = 0;
		enum status status = mount_list_read(mountinfo, footprint->mapping, &list, reason);

		if (status != STATUS_OK)
			return status;
		const struct mount *left = list_find_ours(&list, footprint, kept);
		if (left == NULL)
			return STATUS_OK;
		status = unmount_pass(&list, footprint, kept, &done);
		if (status != STATUS_OK)
			return reason_set(reason, status,
				"no memory for the list of mounts; free some");
		if (done == 0 || pass == PASSES_MAX)
			return reason_set(reason, STATUS_BUSY,
				"%.100s cannot be unmounted%s; see findmnt and fuser -m",
				left->directory, mount_obstacle(&list, left));
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a volume leaves behind in the kernel. See footprint.h.
 */
#include "volume/footprint.h"

#include <string.h>
#include <sys/sysmacros.h>

static void
marks_end(bool **marked)
{
	free(*marked);
}

bool
footprint_has_mount(const struct footprint *footprint, const struct mount *mount)
{
	if (mount->is_ours || mount->number == footprint->mapping)
		return true;
	return major(mount->number) == 0 && strcmp(mount->fstype, "btrfs") == 0 &&
		id_set_has(&footprint->superblocks, mount->number);
}

static const struct mount *
mount_parent(const struct mount_list *list, const struct mount *mount)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->mounts[i].id == mount->parent_id && list->mounts[i].id != mount->id)
			return &list->mounts[i];
	}
	return NULL;
}

static bool
mount_has_to_go(const struct mount_list *list, const struct footprint *footprint,
	const struct id_set *kept, const struct mount *mount, const bool *marked)
{
	if (kept != NULL && id_set_has(kept, (uint64_t)mount->id))
		return false;
	if (strcmp(mount->directory, "/") == 0)
		return false;
	if (footprint_has_mount(footprint, mount))
		return true;
	const struct mount *parent = mount_parent(list, mount);
	if (parent == NULL || !marked[parent - list->mounts])
		return false;
	return strcmp(parent->directory, mount->directory) != 0;
}

void
footprint_mark(const struct footprint *footprint, const struct mount_list *list,
	const struct id_set *kept, bool *ret_marked)
{
	bool is_changing = true;

	memset(ret_marked, 0, list->count * sizeof(*ret_marked));
	/* A mount that was moved can stand before its parent: go on until nothing new is found. */
	while (is_changing) {
		is_changing = false;
		for (size_t i = 0; i < list->count; i++) {
			if (ret_marked[i] ||
				!mount_has_to_go(list, footprint, kept, &list->mounts[i],
					ret_marked))
				continue;
			ret_marked[i] = true;
			is_changing = true;
		}
	}
}

static enum status
footprint_add(struct footprint *footprint, const struct mount *mount)
{
	if (footprint_has_mount(footprint, mount) &&
		id_set_add(&footprint->superblocks, mount->number) != STATUS_OK)
		return STATUS_NO_MEMORY;
	return id_set_add(&footprint->mounts, (uint64_t)mount->id);
}

enum status
footprint_add_mounts(struct footprint *footprint, const struct mount_list *list)
{
	owned_by(marks_end) bool *marked = calloc(list->count + 1, sizeof(*marked));
	enum status status = marked != NULL ? STATUS_OK : STATUS_NO_MEMORY;

	if (status == STATUS_OK)
		footprint_mark(footprint, list, NULL, marked);
	for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
		if (marked[i] || footprint_has_mount(footprint, &list->mounts[i]))
			status = footprint_add(footprint, &list->mounts[i]);
	}
	return status;
}

void
footprint_end(struct footprint *footprint)
{
	id_set_end(&footprint->superblocks);
	id_set_end(&footprint->mounts);
	id_set_end(&footprint->namespaces);
}

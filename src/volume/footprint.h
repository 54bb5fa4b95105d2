/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a volume leaves behind in the kernel, so that its users can be told from everybody else's:
 * the number of the mapping, the superblocks and the mounts of its filesystem in every mount
 * namespace. Made anew for every look, because the kernel gives a number that was freed to the next
 * that asks.
 */
#ifndef LUKS_SSM_VOLUME_FOOTPRINT_H
#define LUKS_SSM_VOLUME_FOOTPRINT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/own.h"
#include "base/status.h"
#include "volume/id_set.h"
#include "volume/mounts.h"

struct footprint {
	dev_t mapping;
	struct id_set superblocks; /* owned; mountinfo's numbers: the mapping's, or btrfs's
				      anonymous one */
	struct id_set mounts; /* owned; mount ids, those of things mounted below ours included */
	struct id_set namespaces; /* owned; inode numbers of mount namespaces that would not let go
				     of a mount of ours */
};

#define owned_footprint owned_by(footprint_end) struct footprint

/* Adds the mounts of LIST that are ours, and those mounted below them. STATUS_NO_MEMORY. */
must_use enum status
footprint_add_mounts(struct footprint *footprint, const struct mount_list *list);

/*
 * Whether MOUNT shows our filesystem, also where mount_list_read could not know (another namespace,
 * whose /dev and /sys are not ours). An anonymous number counts for btrfs alone, and only while a
 * mount that is surely ours carries it.
 */
bool footprint_has_mount(const struct footprint *footprint, const struct mount *mount);

/*
 * Which mounts of LIST have to go for ours to go, but those whose id is in KEPT (NULL: none);
 * RET_MARKED has room for LIST's count. A stranger's mount that covers the whole of one of ours is
 * not marked and keeps that one busy; whatever is mounted further down is. Nor is the root of a
 * namespace, with all below it: a container that lives on the volume is ended, not taken apart.
 */
void footprint_mark(const struct footprint *footprint, const struct mount_list *list,
	const struct id_set *kept, bool *ret_marked);

void footprint_end(struct footprint *footprint);

#endif

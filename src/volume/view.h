/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One look at the volume on this node, and the verdict. Start, stop, monitor and probe all judge
 * through it, so that they cannot disagree. Never opens a block device, never needs the device
 * node, the key, the network or valid parameters. Linked into the agent. One statx(2) with
 * AT_STATX_DONT_SYNC looks at the directory, unless ours is suspended: it tells the mount that lies
 * there whatever symbolic links the path holds, and EIO is a filesystem that was shut down. It
 * reads no disk: a mounted root's inode is in memory, and so are the ancestors of a mount point.
 */
#ifndef LUKS_SSM_VOLUME_VIEW_H
#define LUKS_SSM_VOLUME_VIEW_H

#include "base/deadline.h"
#include "base/own.h"
#include "base/reason.h"
#include "volume/dm.h"
#include "volume/mounts.h"
#include "volume/wanted.h"

enum state {
#define STATE(name) STATE_##name,
#include "volume/state.def"
#undef STATE
	STATE_COUNT
};

struct view {
	enum state state;
	struct reason reason;          /* why it is not ACTIVE; empty when it is */
	struct dm_list devices;        /* owned; every device-mapper device of the node */
	struct mount_list mounts;      /* owned; this process's mount namespace, ours marked */
	struct mount_list init_mounts; /* owned; init's, when that is another one; empty when it is
					  the same */
	bool is_private;               /* this process's mount namespace is not init's */
	const struct dm_device *ours;  /* lent by devices; NULL: no mapping is ours */
	const struct dm_device
		*stranger; /* lent; a mapping of our map_name that is proven foreign */
	const struct mount *on_directory; /* lent; the topmost mount on the wanted directory,
					     whoever's, as init sees it */
	size_t ours_mounted; /* how many mounts are ours, in both namespaces together */
	size_t ours_count; /* how many mappings are ours; more than one: the same LUKS UUID is open
			      twice */
	long ext4_errors;  /* errors_count of ours now; -1: not ext4, not mounted */
	bool ext4_errors_grew; /* above the record's value: FLAGGED, until the worker has tried to
				  write (writable.h) */
};

#define owned_view owned_by(view_end) struct view

/*
 * Looks, and judges. Never fails as a whole: what could not be read to the end before DEADLINE is
 * STATE_UNREADABLE. Follows «ours» as the README words it: identity is the LUKS UUID in dm/uuid,
 * known from the pin, this boot's record, or found by walking the holders up from the configured
 * device.
 */
void view_take(const struct wanted *wanted, struct deadline deadline, struct view *ret_view);

/* As view_take, again and again for up to 2 s while ours is suspended: resize and reencryption
 * suspend for moments. */
void
view_take_settled(const struct wanted *wanted, struct deadline deadline, struct view *ret_view);

/*
 * Before anybody says that nothing is here: «nothing in the kernel» is proof only while no start is
 * under way. For a view that is gone: waits to WAIT for the lock to be free, then looks again. VIEW
 * becomes what that look found, or STATE_UNREADABLE (STATUS_LOCKED, STATUS_ORPHAN) when the lock
 * was not free in time. Any other view is left as it is.
 */
void view_prove_gone(const struct wanted *wanted, struct deadline wait, struct deadline deadline,
	struct view *view);

/* ABSENT or TAKEN: no mapping and no mount of ours. */
bool view_is_gone(const struct view *view);

/* The name of a state as state.def has it; that of UNREADABLE for a number outside the enum. Never
 * NULL. */
const char *state_word(enum state state);

void view_end(struct view *view);

#endif

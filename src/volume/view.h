/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One look at the volume on this node, and the verdict. Start, stop, monitor and probe all judge through it, so that
 * they cannot disagree. Never opens a block device, never needs the device node, the key, the network or valid
 * parameters. Linked into the agent.
 */
#ifndef LUKS_SSM_VOLUME_VIEW_H
#define LUKS_SSM_VOLUME_VIEW_H

#include "base/deadline.h"
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
	struct reason reason;     /* why it is not ACTIVE; empty when it is */
	struct dm_list devices;   /* owned; every device-mapper device of the node */
	struct mount_list mounts; /* owned; this process's namespace, ours marked */
	const struct dm_device *ours;     /* lent by devices; NULL: no mapping is ours */
	const struct dm_device *stranger; /* lent; a mapping of our map_name that is proven foreign */
	const struct mount *on_directory; /* lent by mounts; the topmost mount on the wanted directory, whoever's */
	size_t ours_mounted;      /* how many of the mounts are ours */
};

#define owned_view owned_by(view_end) struct view

/*
 * Looks, and judges. Never fails as a whole: what could not be read to the end before DEADLINE is STATE_UNREADABLE.
 * Follows «ours» as the README words it: identity is the LUKS UUID in dm/uuid, known from the pin, this boot's record,
 * or found by walking the holders up from the configured device.
 */
void view_take(const struct wanted *wanted, struct deadline deadline, struct view *ret_view);

void view_end(struct view *view);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unmounts the volume's filesystem in the mount namespace of the calling process, wherever it is
 * mounted there, and what is mounted below it, topmost first. Used by stop and by the undoing of a
 * start, and by a child that entered another namespace: it starts no program and loads no library.
 * Never lazily, never forced, never through a symbolic link, and never a mount whose id it has not
 * just seen at that path: umount2(2) takes a path, and a stranger may lie on top. Can block in the
 * kernel (a hung disk).
 */
#ifndef LUKS_SSM_VOLUME_UNMOUNT_H
#define LUKS_SSM_VOLUME_UNMOUNT_H

#include "base/reason.h"
#include "base/status.h"
#include "volume/footprint.h"
#include "volume/id_set.h"

/*
 * MOUNTINFO is where this process finds its own list ("/proc/self/mountinfo"). Mounts whose id is
 * in KEPT (NULL: none) stay, for undoing a start that found the volume mounted. STATUS_OK: none of
 * ours is left in this namespace. STATUS_BUSY: one is, and the reason names its directory.
 * STATUS_UNREADABLE, STATUS_NO_MEMORY.
 */
must_use enum status unmount_all(const char *mountinfo, const struct footprint *footprint,
	const struct id_set *kept, struct reason *reason);

#endif

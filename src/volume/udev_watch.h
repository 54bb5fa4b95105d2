/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcryptsetup waits for udev without limit while it activates a mapping, and a udevd that is
 * stopped or hung would turn a finished activation into a timeout. A child of the doer watches that
 * wait and, when it takes too long, tells libdevmapper in udev's place that udev is done: the
 * library then makes the mapping's node itself. libdevmapper: dm_udev_complete(3); its cookies are
 * System V semaphores (sysvipc(7)).
 */
#ifndef LUKS_SSM_VOLUME_UDEV_WATCH_H
#define LUKS_SSM_VOLUME_UDEV_WATCH_H

#include <stdint.h>
#include <sys/types.h>

#include "base/reason.h"
#include "base/status.h"
#include "volume/spawn.h"

/* Who waits, and how long it may; must live as long as the child. */
struct udev_watch {
	pid_t waiter;
	int64_t patience_ms;
};

/* Starts the child for this process. It ends with the scope of an owned_child, and with its parent.
 * STATUS_NO_MEMORY. */
must_use enum status
udev_watch_begin(struct udev_watch *watch, struct spawn_child *ret_child, struct reason *reason);

#endif

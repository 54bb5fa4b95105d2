/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One action at a time for each resource, across crashes of whoever started it:
 * /run/luks-ssm/INSTANCE/lock (its holder writes who it is) and /run/luks-ssm/INSTANCE/children (a
 * shared lock that start's and stop's descendants inherit).
 */
#ifndef LUKS_SSM_VOLUME_LOCK_H
#define LUKS_SSM_VOLUME_LOCK_H

#include <stdbool.h>

#include "base/deadline.h"
#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"

struct lock {
	int lock_fd; /* owned; -1: not held. A doer closes it, or the lock would live as long as a
			stuck doer */
	int children_fd; /* owned; the shared lock that a child inherits by fork (close-on-exec) */
};

#define LOCK_EMPTY \
	{ \
		.lock_fd = -1, .children_fd = -1 \
	}
#define owned_lock owned_by(lock_end) struct lock

/*
 * A shared lock on the children file of its own, for one doer and its descendants: the doer holds
 * it from its birth, so that a supervisor can tell a stuck doer from itself. -1 when there is no
 * instance directory.
 */
int lock_children_open(const char *instance);

/*
 * For start: waits for the holder to the deadline. For stop: waits for a holder that is a stop,
 * ends one that is a start (pidfd, start time compared, TERM, 2 s, KILL). STATUS_LOCKED names the
 * holder; STATUS_NO_RECORD when /run cannot be written (stop goes on without a lock then, start
 * does not).
 */
must_use enum status lock_take(const char *instance, const char *action, struct deadline deadline,
	struct lock *ret_lock, struct reason *reason);

/*
 * STATUS_OK when no child of an earlier start or stop of this instance lives, D state and
 * grandchildren included; STATUS_ORPHAN otherwise. Waits up to the deadline. LOCK may be NULL; its
 * own descriptor is closed and made anew, so that children of this very action, which share it, are
 * seen too.
 */
must_use enum status lock_prove_no_children(const char *instance, struct lock *lock,
	struct deadline deadline, struct reason *reason);

/*
 * For probe and monitor before they answer 7: STATUS_OK when no live start or stop holds the lock
 * (opened without creating it, shared, dropped at once) and no child of one lives. STATUS_LOCKED,
 * STATUS_ORPHAN.
 */
must_use enum status
lock_prove_free(const char *instance, struct deadline deadline, struct reason *reason);

void lock_end(struct lock *lock);

#endif

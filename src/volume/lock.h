/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One action at a time for each resource, across crashes of whoever started it: /run/luks-ssm/INSTANCE/lock (its holder
 * writes who it is) and /run/luks-ssm/INSTANCE/children (a shared lock that start's and stop's descendants inherit).
 */
#ifndef LUKS_SSM_VOLUME_LOCK_H
#define LUKS_SSM_VOLUME_LOCK_H

#include <stdbool.h>

#include "base/deadline.h"
#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"

struct lock {
	int lock_fd;     /* owned; -1: not held */
	int children_fd; /* owned; to be inherited by every child of start and stop but the AWS helper */
};

#define LOCK_EMPTY {.lock_fd = -1, .children_fd = -1}
#define owned_lock owned_by(lock_end) struct lock

/*
 * For start: waits for the holder to the deadline. For stop: waits for a holder that is a stop, ends one that is a
 * start (pidfd, start time compared, TERM, 2 s, KILL). STATUS_LOCKED names the holder; STATUS_NO_RECORD when /run
 * cannot be written (stop goes on without a lock then, start does not).
 */
must_use enum status lock_take(const char *instance, const char *action, struct deadline deadline, struct lock *ret_lock,
	struct reason *reason);

/*
 * STATUS_OK when no child of an earlier start or stop of this instance lives, D state and grandchildren included;
 * STATUS_ORPHAN otherwise. Waits up to the deadline.
 */
must_use enum status lock_prove_no_children(const char *instance, const struct lock *lock, struct deadline deadline,
	struct reason *reason);

/*
 * For probe and monitor before they answer 7: STATUS_OK when no live start or stop holds the lock (opened without
 * creating it, shared, dropped at once) and no child of one lives. STATUS_LOCKED, STATUS_ORPHAN.
 */
must_use enum status lock_prove_free(const char *instance, struct deadline deadline, struct reason *reason);

void lock_end(struct lock *lock);

#endif

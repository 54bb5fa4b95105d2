/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's part of lock.h: looks whether a start or stop is under way, without making a file. */
#include "volume/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "volume/holder.h"
#include "volume/instance_dir.h"
#include "volume/lock_files.h"

#define FREE_PAUSE_MS 50

/*
 * One try without waiting: an absent file was never locked, and nobody unlinks one.
 * STATUS_OK, STATUS_LOCKED, STATUS_UNREADABLE; RET_HOLDER is filled when it is held.
 */
static enum status
file_try(const char *instance, const char *file, int operation, struct holder *ret_holder)
{
	char path[PATH_MAX];

	if (!instance_path(instance, file, path))
		return STATUS_OK;
	owned_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? STATUS_OK : STATUS_UNREADABLE;
	/* Dropped with the descriptor, at once. */
	if (flock(fd, operation | LOCK_NB) == 0)
		return STATUS_OK;
	if (errno != EWOULDBLOCK && errno != EINTR)
		return STATUS_UNREADABLE;
	holder_read(fd, ret_holder);
	return STATUS_LOCKED;
}

enum status
lock_prove_free(const char *instance, struct deadline deadline, struct reason *reason)
{
	struct holder holder = {0};
	enum status lock_status, children_status = STATUS_OK;

	do {
		lock_status = file_try(instance, LOCK_FILE, LOCK_SH, &holder);
		if (lock_status == STATUS_OK)
			children_status = file_try(instance, CHILDREN_FILE, LOCK_EX,
				&(struct holder){0});
		if (lock_status == STATUS_OK && children_status == STATUS_OK)
			return STATUS_OK;
		if (lock_status == STATUS_UNREADABLE || children_status == STATUS_UNREADABLE)
			return reason_set(reason, STATUS_UNREADABLE,
				"cannot read the lock of %s: %s; run as root", instance,
				strerror(errno));
	} while (deadline_pause_ms(deadline, FREE_PAUSE_MS));

	if (lock_status != STATUS_LOCKED)
		return reason_set(reason, STATUS_ORPHAN,
			"a child of an earlier start or stop of %s still lives; look for D state",
			instance);
	return reason_set(reason, STATUS_LOCKED,
		"process %d (%s) is still at work on %s; wait for it or end it", (int)holder.pid,
		holder.pid != 0 ? holder.action : "unknown", instance);
}

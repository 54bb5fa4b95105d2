/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking and giving back the instance lock; proving that no child of start or stop is left. */
#include "volume/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "volume/holder.h"
#include "volume/instance_dir.h"
#include "volume/lock_files.h"

/* A probe holds either lock for the blink of an eye, so the first looks are close together. */
#define FIRST_PAUSE_MS 2
#define LONGEST_PAUSE_MS 100
/* How long a shared children lock is waited for: only a probe's proof can stand in the way. */
#define CHILDREN_WAIT_MS 2000

static int
file_open(const char *instance, const char *file)
{
	char path[PATH_MAX];

	if (!instance_path(instance, file, path))
		return -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
}

/* Tries to the deadline; the descriptor's own lock is converted. */
static bool
flock_until(int fd, int operation, struct deadline deadline)
{
	int64_t pause_ms = FIRST_PAUSE_MS;

	while (flock(fd, operation | LOCK_NB) != 0) {
		if (!deadline_pause_ms(deadline, pause_ms))
			return flock(fd, operation | LOCK_NB) == 0;
		pause_ms = pause_ms * 2 < LONGEST_PAUSE_MS ? pause_ms * 2 : LONGEST_PAUSE_MS;
	}
	return true;
}

int
lock_children_open(const char *instance)
{
	owned_fd fd = file_open(instance, CHILDREN_FILE);

	if (fd < 0 || !flock_until(fd, LOCK_SH, deadline_in_ms(CHILDREN_WAIT_MS)))
		return -1;
	return steal_fd(&fd);
}

static enum status
still_locked(const char *instance, const struct holder *holder, struct reason *reason)
{
	if (holder->pid == 0)
		return reason_set(reason, STATUS_LOCKED,
			"the lock of %s is held by an unknown process; see lslocks", instance);
	return reason_set(reason, STATUS_LOCKED,
		"process %d (%s) still holds the lock of %s; look what it waits for",
		(int)holder->pid, holder->action, instance);
}

/* Waits for the lock; a stop ends each start that holds it once. */
static enum status
lock_wait(int fd, const char *instance, bool ends_starts, struct deadline deadline,
	struct reason *reason)
{
	struct holder holder = {0};
	pid_t ended = 0;
	int64_t pause_ms = FIRST_PAUSE_MS;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		holder_read(fd, &holder);
		if (ends_starts && holder.pid != ended && strcmp(holder.action, "start") == 0) {
			ended = holder.pid;
			holder_end(&holder, deadline);
		}
		if (!deadline_pause_ms(deadline, pause_ms))
			return still_locked(instance, &holder, reason);
		pause_ms = pause_ms * 2 < LONGEST_PAUSE_MS ? pause_ms * 2 : LONGEST_PAUSE_MS;
	}
	return STATUS_OK;
}

enum status
lock_take(const char *instance, const char *action, struct deadline deadline, struct lock *ret_lock,
	struct reason *reason)
{
	owned_lock lock = LOCK_EMPTY;
	bool is_stop = strcmp(action, "stop") == 0;
	enum status status = instance_dir_make(instance, reason);

	if (status != STATUS_OK)
		return status;
	lock.lock_fd = file_open(instance, LOCK_FILE);
	if (lock.lock_fd < 0)
		return reason_set(reason, STATUS_NO_RECORD,
			"cannot open the lock of %s: %s; see /run/luks-ssm, make room there",
			instance, strerror(errno));
	status = lock_wait(lock.lock_fd, instance, is_stop, deadline, reason);
	if (status != STATUS_OK)
		return status;
	/* A start that a later stop could not find must not begin; a stop is found by the lock
	 * itself. */
	if (!holder_write(lock.lock_fd, action) && !is_stop)
		return reason_set(reason, STATUS_NO_RECORD,
			"cannot write the lock of %s: %s; make room on /run", instance,
			strerror(errno));
	lock.children_fd = lock_children_open(instance);
	if (lock.children_fd < 0 && !is_stop)
		return reason_set(reason, STATUS_NO_RECORD,
			"cannot lock the children file of %s: %s; see lslocks, make room on /run",
			instance, strerror(errno));
	*ret_lock = (struct lock){.lock_fd = steal_fd(&lock.lock_fd),
		.children_fd = steal_fd(&lock.children_fd)};
	return STATUS_OK;
}

enum status
lock_prove_no_children(const char *instance, struct lock *lock, struct deadline deadline,
	struct reason *reason)
{
	owned_fd fd = -1;

	/* Our own shared lock lives on in children that inherited it: give it up, then see whether
	 * any is left. */
	if (lock != NULL)
		fd_end(&lock->children_fd);
	fd = file_open(instance, CHILDREN_FILE);
	/* No directory either, where something else lies in its place. */
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return STATUS_OK;
	if (fd < 0)
		return reason_set(reason, STATUS_ORPHAN,
			"cannot open the children file of %s: %s; see /run/luks-ssm", instance,
			strerror(errno));
	if (!flock_until(fd, LOCK_EX, deadline))
		return reason_set(reason, STATUS_ORPHAN,
			"a child of an earlier start or stop of %s still lives; look for D state",
			instance);
	if (lock != NULL && flock(fd, LOCK_SH | LOCK_NB) == 0)
		lock->children_fd = steal_fd(&fd);
	return STATUS_OK;
}

void
lock_end(struct lock *lock)
{
	fd_end(&lock->children_fd);
	/* The text of a process that holds nothing any more must not make a stop end it. A doer's
	 * text is its parent's. */
	if (lock->lock_fd >= 0)
		holder_clear(lock->lock_fd);
	fd_end(&lock->lock_fd);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests to device-mapper that change something. See dm_change.h.
 */
#include "volume/dm_change.h"

#include <errno.h>
#include <libdevmapper.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/log.h"
#include "base/own.h"

struct task_owner {
	struct dm_task *task;
};

static void
task_end(struct task_owner *owner)
{
	if (owner->task != NULL)
		dm_task_destroy(owner->task);
}

/* The library would write to stderr, where only the reason may stand. */
static void
library_log(int level, const char *file, int line, int error, const char *format, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)error;
	log_step("libdevmapper: %s", format);
}

/* The log comes first: without a usable device-mapper, making the task is what fails. */
static struct dm_task *
task_make(int type, const char *name)
{
	dm_log_with_errno_init(library_log);

	struct dm_task *task = dm_task_create(type);

	if (task == NULL || dm_task_set_name(task, name))
		return task;
	dm_task_destroy(task);
	return NULL;
}

/*
 * Runs a task without waiting for udev: its semaphore has no time limit, and a dead udevd would
 * hold us after the mapping is long gone. The library then takes the node in /dev/mapper away by
 * itself, and udev, when it comes to it, finds nothing to do. What was set before is set again, for
 * an activation that may follow.
 */
static bool
task_run_unsynced(struct dm_task *task)
{
	int was_synced = dm_udev_get_sync_support();

	dm_udev_set_sync_support(0);
	bool done = dm_task_run(task) != 0;
	dm_udev_set_sync_support(was_synced);
	return done;
}

enum status
mapping_error(int error, const char *verb, const char *name, struct reason *reason)
{
	switch (error) {
	case ENXIO:
	case ENODEV:
		return STATUS_OK;
	case EBUSY:
		return reason_set(reason, STATUS_BUSY,
			"mapping %s is in use; see lsblk and luks-ssm show-users", name);
	case EAGAIN:
		return reason_set(reason, STATUS_SUSPENDED,
			"mapping %s is suspended without its key; "
			"run cryptsetup luksResume",
			name);
	case EPERM:
	case EACCES:
		return reason_set(reason, STATUS_NOT_ROOT,
			"only root may %s mapping %s; run it as root", verb, name);
	case ENOMEM:
		return reason_set(reason, STATUS_NO_MEMORY, "no memory to %s mapping %s; free some",
			verb, name);
	default:
		return reason_set(reason, STATUS_UNREADABLE,
			"cannot %s mapping %s: %s; see the kernel log", verb, name,
			strerror(error));
	}
}

enum status
mapping_is_there(const char *name, const char *uuid, dev_t number, bool *ret_is_it,
	struct reason *reason)
{
	owned_by(task_end) struct task_owner owner = {task_make(DM_DEVICE_INFO, name)};
	struct dm_info info;

	if (owner.task == NULL)
		return reason_set(reason, STATUS_UNREADABLE,
			"cannot ask device-mapper about mapping %s; run dmsetup version", name);
	if (!task_run_unsynced(owner.task) || !dm_task_get_info(owner.task, &info))
		return mapping_error(dm_task_get_errno(owner.task), "look at", name, reason);
	const char *seen = info.exists ? dm_task_get_uuid(owner.task) : NULL;
	*ret_is_it = seen != NULL && strcmp(seen, uuid) == 0 &&
		makedev(info.major, (unsigned int)info.minor) == number;
	return STATUS_OK;
}

/* A change without further arguments: DM_DEVICE_REMOVE, DM_DEVICE_RESUME. */
static enum status
mapping_change(int type, const char *verb, const char *name, struct reason *reason)
{
	owned_by(task_end) struct task_owner owner = {task_make(type, name)};

	if (owner.task == NULL)
		return reason_set(reason, STATUS_UNREADABLE,
			"cannot ask device-mapper to %s mapping %s; run dmsetup version", verb,
			name);
	if (!task_run_unsynced(owner.task))
		return mapping_error(dm_task_get_errno(owner.task), verb, name, reason);
	log_debug("%s mapping %s: done", verb, name);
	return STATUS_OK;
}

enum status
mapping_remove(const char *name, struct reason *reason)
{
	return mapping_change(DM_DEVICE_REMOVE, "remove", name, reason);
}

enum status
mapping_resume(const char *name, struct reason *reason)
{
	return mapping_change(DM_DEVICE_RESUME, "resume", name, reason);
}

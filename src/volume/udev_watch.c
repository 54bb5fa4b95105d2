/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the semaphore its parent waits on, and ends the wait when udev does not. */
#include "volume/udev_watch.h"

#include <errno.h>
#include <libdevmapper.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sem.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log.h"
#include "base/own.h"

#define LOOK_PAUSE_MS 250

/* Whether the waiter was the last to touch the semaphore and waits for its zero now: udev has not
 * been there. */
static bool
cookie_is_waited_for(int semaphore, pid_t waiter)
{
	return semctl(semaphore, 0, GETPID) == waiter && semctl(semaphore, 0, GETZCNT) > 0;
}

/* The cookie that the waiter waits on; 0 when there is none. */
static uint32_t
cookie_find(pid_t waiter)
{
	owned_file list = fopen("/proc/sysvipc/sem", "re");
	char line[256];
	uint32_t found = 0;

	while (found == 0 && list != NULL && fgets(line, sizeof(line), list) != NULL) {
		char *rest;
		uint32_t key = (uint32_t)strtol(line, &rest, 10);
		int semaphore = (int)strtol(rest, NULL, 10);

		if (key >> 16 == DM_COOKIE_MAGIC && cookie_is_waited_for(semaphore, waiter))
			found = key;
	}
	return found;
}

static int
watch_run(void *context)
{
	const struct udev_watch *watch = context;
	struct deadline patience = deadline_in_ms(watch->patience_ms);
	uint32_t seen = 0;

	/* The parent's death ends this loop, through the death signal. */
	for (;; deadline_pause_ms(deadline_in_ms(LOOK_PAUSE_MS), LOOK_PAUSE_MS)) {
		uint32_t cookie = cookie_find(watch->waiter);

		if (cookie != seen || cookie == 0) {
			seen = cookie;
			patience = deadline_in_ms(watch->patience_ms);
			continue;
		}
		if (!deadline_passed(patience))
			continue;
		log_warning("udev has not answered for %lld s and is not waited for any longer; "
			    "is systemd-udevd running?",
			(long long)watch->patience_ms / 1000);
		if (dm_udev_complete(cookie) == 0)
			return 1;
	}
}

enum status
udev_watch_begin(struct udev_watch *watch, struct spawn_child *ret_child, struct reason *reason)
{
	const struct spawn_job job = {.function = watch_run,
		.context = watch,
		.keep_all_fds = true,
		.keep_stderr = true};

	watch->waiter = getpid();
	return spawn_start(&job, ret_child, reason);
}

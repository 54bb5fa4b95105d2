/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom stop never signals. See spared.h.
 */
#include "volume/spared.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "volume/roots.h"
#include "volume/sysfs.h"

/* linux/sched.h: a thread of the kernel, in the flags that /proc/PID/stat shows. */
#define FLAG_KERNEL_THREAD 0x00200000U

/* More generations than there can be between a worker and process 1, should /proc change under us.
 */
#define ANCESTORS_MOST 64

static const char *const daemons[] = {"pacemaker*", "corosync*", "sbd", "dlm_controld", "booth*",
	"lvmlockd", "sanlock", "wdmd", "systemd*", "udevadm", "init"};
static const char *const interpreted[] = {"pcsd", "pcs_snmp_agent"};
static const char *const interpreters[] = {"python*", "ruby*", "perl*"};
/* As the kernel names the daemon and its workers, which rename themselves. */
static const char *const udevs[] = {"systemd-udevd", "(udev-worker)"};
static const char *const checkers[] = {"e2fsck", "fsck*", "xfs_repair", "btrfs"};

struct process_stat {
	pid_t parent;
	unsigned int flags;
};

static bool
name_matches(const char *name, const char *pattern)
{
	size_t length = strcspn(pattern, "*");

	return pattern[length] == '*' ? strncmp(name, pattern, length) == 0
				      : strcmp(name, pattern) == 0;
}

static bool
name_is_among(const char *name, const char *const *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (name_matches(name, patterns[i]))
			return true;
	}
	return false;
}

#define IS_AMONG(name, patterns) \
	name_is_among(name, patterns, sizeof(patterns) / sizeof(patterns[0]))

/* proc(5): pid (comm) state ppid pgrp session tty_nr tpgid flags … */
static bool
process_stat_read(const char *process, struct process_stat *ret_stat)
{
	char path[64];
	char text[1024];

	snprintf(path, sizeof(path), "%s/%.20s/stat", proc_root, process);
	if (small_file_read(path, text, sizeof(text)) != STATUS_OK)
		return false;
	const char *bracket = strrchr(text, ')');
	return bracket != NULL &&
		sscanf(bracket + 1, " %*c %d %*d %*d %*d %*d %u", &ret_stat->parent,
			&ret_stat->flags) == 2;
}

static bool
process_is_ancestor(pid_t pid)
{
	pid_t at = getpid();

	for (int i = 0; i < ANCESTORS_MOST && at > 1; i++) {
		struct process_stat stat;
		char process[16];

		if (at == pid)
			return true;
		snprintf(process, sizeof(process), "%d", (int)at);
		if (!process_stat_read(process, &stat))
			return true;
		at = stat.parent;
	}
	return false;
}

static bool
process_is_daemon(const char *process, const char *command)
{
	char path[64];
	char target[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%.20s/exe", proc_root, process);
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	if (length <= 0)
		return IS_AMONG(command, daemons) || IS_AMONG(command, interpreted);
	target[length] = '\0';
	/* After an update of its package a daemon runs from a file that was replaced. */
	char *deleted = strstr(target, " (deleted)");
	if (deleted != NULL)
		*deleted = '\0';
	const char *slash = strrchr(target, '/');
	const char *name = slash != NULL ? slash + 1 : target;
	if (IS_AMONG(name, interpreters))
		return IS_AMONG(command, interpreted);
	return IS_AMONG(name, daemons);
}

bool
process_is_spared(const char *process, const char *command)
{
	struct process_stat stat;
	pid_t pid = (pid_t)atol(process);

	if (pid <= 1 || !process_stat_read(process, &stat))
		return true;
	if ((stat.flags & FLAG_KERNEL_THREAD) != 0 || process_is_ancestor(pid))
		return true;
	return process_is_daemon(process, command);
}

bool
process_is_checker(const char *command)
{
	return IS_AMONG(command, checkers);
}

bool
process_is_udev(const char *command)
{
	return IS_AMONG(command, udevs);
}

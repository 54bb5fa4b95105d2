/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flight recorder's files. libqb keeps a recorder in
 * /dev/shm/qb-NAME-PID-blackbox-{header,data} and removes them when it ends; an action that was
 * killed leaves them, and the next one of the resource takes them away.
 */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <qb/qblog.h>

#include "base/own.h"

/* The process that FILE belongs to, if FILE is a recorder of that log name; 0 if it is not. */
static pid_t
recorder_pid(const char *file, const char *name)
{
	char prefix[RECORDER_NAME_BYTES + 8];
	int length = snprintf(prefix, sizeof(prefix), "qb-%s-", name);
	char *rest = NULL;

	if (strncmp(file, prefix, (size_t)length) != 0)
		return 0;

	long pid = strtol(file + length, &rest, 10);

	if (pid <= 1 || pid > INT_MAX)
		return 0;
	return strcmp(rest, "-blackbox-header") == 0 || strcmp(rest, "-blackbox-data") == 0
		? (pid_t)pid
		: 0;
}

void
recorder_sweep(const char *name)
{
	owned_dir directory = opendir("/dev/shm");
	struct dirent *entry;

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		pid_t pid = recorder_pid(entry->d_name, name);

		/* An action that still runs needs its own. */
		if (pid != 0 && pid != getpid() && kill(pid, 0) != 0 && errno == ESRCH)
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
}

/* libqb prints the recorder's state to stdout when it writes one; stdout is for meta-data alone. */
static void
stdout_silence(void)
{
	owned_fd null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null_fd >= 0)
		dup2(null_fd, STDOUT_FILENO);
}

void
recorder_write(const char *instance)
{
	char path[PATH_MAX], new_path[PATH_MAX];

	stdout_silence();
	/*
	 * 0700: what was recorded names devices and parameters. There already is as good as made.
	 */
	mkdir(STATEDIR, 0700);
	snprintf(path, sizeof(path), "%s/%s.fdata", STATEDIR, instance);
	snprintf(new_path, sizeof(new_path), "%s/%s.fdata.new", STATEDIR, instance);
	unlink(new_path);
	if (qb_log_blackbox_write_to_file(new_path) <= 0 || chmod(new_path, 0600) != 0 ||
		rename(new_path, path) != 0)
		unlink(new_path);
}

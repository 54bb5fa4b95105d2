/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about whom stop never signals. Needs no root. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/spared.h"

static bool
pid_is_spared(pid_t pid, const char *command)
{
	char process[16];

	snprintf(process, sizeof(process), "%d", (int)pid);
	return process_is_spared(process, command);
}

static void
itself_its_parent_and_process_1_are_spared(void **state)
{
	(void)state;
	assert_true(pid_is_spared(getpid(), "x"));
	assert_true(pid_is_spared(getppid(), "x"));
	assert_true(pid_is_spared(1, "x"));
}

static void
a_process_that_cannot_be_looked_at_is_spared(void **state)
{
	(void)state;
	assert_true(process_is_spared("99999999", "x"));
}

/* Starts a copy of sleep(1) under a name of the caller's choice. */
static pid_t
impostor_start(const char *name, char path[static 64])
{
	char directory[] = "/tmp/luks-ssm-spared-XXXXXX";
	struct stat seen;
	int from = open("/bin/sleep", O_RDONLY | O_CLOEXEC);

	assert_non_null(mkdtemp(directory));
	snprintf(path, 64, "%s/%s", directory, name);
	int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	assert_true(from >= 0 && to >= 0);
	assert_int_equal(fstat(from, &seen), 0);
	assert_int_equal(sendfile(to, from, NULL, (size_t)seen.st_size), seen.st_size);
	close(from);
	close(to);

	int exec_pipe[2];
	char byte;
	assert_int_equal(pipe2(exec_pipe, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		execl(path, name, "60", (char *)NULL);
		_exit(1);
	}
	/* The pipe closes with exec: from then on the name is the new one. */
	close(exec_pipe[1]);
	assert_int_equal(read(exec_pipe[0], &byte, 1), 0);
	close(exec_pipe[0]);
	return pid;
}

static bool
impostor_is_spared(const char *name)
{
	char path[64];
	pid_t pid = impostor_start(name, path);
	bool is_spared = pid_is_spared(pid, name);

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	return is_spared;
}

static void
daemons_are_known_by_their_executable(void **state)
{
	(void)state;
	assert_true(impostor_is_spared("pacemaker-execd"));
	assert_true(impostor_is_spared("corosync"));
	assert_true(impostor_is_spared("systemd-udevd"));
	assert_true(impostor_is_spared("sbd"));
	assert_false(impostor_is_spared("sbdump"));
	assert_false(impostor_is_spared("postgres"));
}

static void
a_command_that_only_calls_itself_a_daemon_is_not_spared(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		alarm(60);
		for (;;)
			pause();
	}
	assert_false(pid_is_spared(pid, "corosync"));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
checkers_are_known_by_their_command(void **state)
{
	(void)state;
	assert_true(process_is_checker("e2fsck"));
	assert_true(process_is_checker("fsck.ext4"));
	assert_true(process_is_checker("xfs_repair"));
	assert_false(process_is_checker("xfs_io"));
}

static void
udev_and_its_workers_are_known_by_their_command(void **state)
{
	(void)state;
	assert_true(process_is_udev("systemd-udevd"));
	assert_true(process_is_udev("(udev-worker)"));
	assert_false(process_is_udev("udevadm"));
	assert_false(process_is_udev("systemd"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(itself_its_parent_and_process_1_are_spared),
		cmocka_unit_test(a_process_that_cannot_be_looked_at_is_spared),
		cmocka_unit_test(daemons_are_known_by_their_executable),
		cmocka_unit_test(a_command_that_only_calls_itself_a_daemon_is_not_spared),
		cmocka_unit_test(checkers_are_known_by_their_command),
		cmocka_unit_test(udev_and_its_workers_are_known_by_their_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

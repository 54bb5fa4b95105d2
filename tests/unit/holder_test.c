/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a lock: what is believed of its file, and that nobody else is ended in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_tree.h"
#include "volume/holder.h"

static int
lock_file(const char *text)
{
	fake_file("lock", text);
	int fd = open("lock", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void
assert_holder(const char *text, pid_t pid)
{
	struct holder holder;
	owned_fd fd = lock_file(text);

	memset(&holder, 0xff, sizeof(holder));
	holder_read(fd, &holder);
	assert_int_equal(holder.pid, pid);
}

static void
a_whole_line_names_the_holder(void **state)
{
	struct holder holder;
	owned_fd fd = lock_file("start 812 4711 11111111-2222-3333-4444-555555555555\n");

	(void)state;
	holder_read(fd, &holder);
	assert_string_equal(holder.action, "start");
	assert_int_equal(holder.pid, 812);
	assert_int_equal(holder.start_ticks, 4711);
	assert_string_equal(holder.boot_id, "11111111-2222-3333-4444-555555555555");
}

/* Killed while it wrote, or a file that is not ours. */
static void
a_torn_line_names_nobody(void **state)
{
	(void)state;
	assert_holder("", 0);
	assert_holder("start 812 4711 11111111-2222-3333-4444-555555555555", 0);
	assert_holder("start 812 4711 \n", 0);
	assert_holder("start 812", 0);
	assert_holder("start 1 4711 11111111-2222-3333-4444-555555555555\n", 0);
	assert_holder("start -1 4711 11111111-2222-3333-4444-555555555555\n", 0);
	assert_holder("averyverylongaction 812 4711 1111\n", 0);
}

static void
the_start_time_is_counted_from_the_last_bracket_of_the_command(void **state)
{
	(void)state;
	fake_file("proc/812/stat",
		"812 (a) R 1 (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21\n");
	assert_int_equal(process_start_ticks(812), 4711);
	fake_file("proc/813/stat", "813 (short) S 1 2 3\n");
	assert_int_equal(process_start_ticks(813), 0);
	assert_int_equal(process_start_ticks(814), 0);
}

/* The made-up kernel shows this one real process. */
static void
process_show(pid_t pid)
{
	char target[64], path[64];

	snprintf(target, sizeof(target), "/proc/%d/stat", (int)pid);
	snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	fake_link(target, path);
}

static void
what_is_written_is_read_and_cleared_by_its_writer_alone(void **state)
{
	struct holder holder;
	owned_fd fd = lock_file("something longer that stood there before, whoever wrote it\n");

	(void)state;
	process_show(getpid());
	assert_true(holder_write(fd, "stop"));
	holder_read(fd, &holder);
	assert_int_equal(holder.pid, getpid());
	assert_string_equal(holder.action, "stop");
	assert_int_equal(holder.start_ticks, process_start_ticks(getpid()));
	holder_clear(fd);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);

	owned_fd other_fd = lock_file("start 812 4711 1111\n");

	holder_clear(other_fd);
	assert_true(lseek(other_fd, 0, SEEK_END) > 0);
}

static void
a_full_file_system_is_told(void **state)
{
	owned_fd fd = open("/dev/full", O_RDWR | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	assert_false(holder_write(fd, "start"));
}

/* A process that waits for its end, and ignores TERM when told to; the holder as it is written. */
static struct holder
sleeper_start(bool ignores_term)
{
	/* valgrind 3.19 does not know it. */
	if (syscall(SYS_pidfd_open, getpid(), 0) < 0)
		skip();
	struct holder holder = {.action = "start",
		.boot_id = "11111111-2222-3333-4444-555555555555"};
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();

	if (pid == 0) {
		if (ignores_term)
			signal(SIGTERM, SIG_IGN);
		if (write(ready[1], "x", 1) == 1)
			sleep(30);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	process_show(pid);
	holder.pid = pid;
	holder.start_ticks = process_start_ticks(pid);
	assert_true(holder.start_ticks > 0);
	return holder;
}

/* The signal that ended it; 0: it lives, and is ended now. */
static int
sleeper_end(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, WNOHANG) == pid)
		return WTERMSIG(status);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return 0;
}

/* An orphan start must be found and ended also where /proc tells no boot id. */
static void
without_a_boot_id_the_line_still_names_the_holder(void **state)
{
	struct holder holder;
	owned_fd fd = lock_file("");

	(void)state;
	assert_int_equal(unlink("proc/sys/kernel/random/boot_id"), 0);
	assert_true(holder_write(fd, "start"));
	holder_read(fd, &holder);
	assert_int_equal(holder.pid, getpid());

	struct holder sleeper = sleeper_start(false);

	memcpy(sleeper.boot_id, holder.boot_id, sizeof(sleeper.boot_id));
	holder_end(&sleeper, deadline_in_ms(10000));
	assert_int_equal(sleeper_end(sleeper.pid), SIGTERM);
}

static void
a_holder_is_asked_first(void **state)
{
	struct holder holder = sleeper_start(false);

	(void)state;
	holder_end(&holder, deadline_in_ms(10000));
	assert_int_equal(sleeper_end(holder.pid), SIGTERM);
}

static void
a_holder_that_ignores_the_question_is_killed_before_the_deadline(void **state)
{
	struct holder holder = sleeper_start(true);

	(void)state;
	holder_end(&holder, deadline_in_ms(200));
	/* The deadline has passed: the kill has been sent, and nobody waited any longer. */
	for (int round = 0; round < 100 && kill(holder.pid, 0) == 0; round++) {
		int status;

		if (waitpid(holder.pid, &status, WNOHANG) == holder.pid) {
			assert_int_equal(WTERMSIG(status), SIGKILL);
			return;
		}
		usleep(50000);
	}
	fail_msg("it lives");
}

static void
another_process_with_its_pid_is_left_alone(void **state)
{
	struct holder later = sleeper_start(false);

	(void)state;
	later.start_ticks--;
	holder_end(&later, deadline_in_ms(10000));
	assert_int_equal(sleeper_end(later.pid), 0);

	struct holder before_boot = sleeper_start(false);

	before_boot.boot_id[0] = '2';
	holder_end(&before_boot, deadline_in_ms(10000));
	assert_int_equal(sleeper_end(before_boot.pid), 0);
}

static void
it_never_ends_itself_nor_init_nor_a_group(void **state)
{
	struct holder holder = {.action = "start",
		.pid = getpid(),
		.boot_id = "11111111-2222-3333-4444-555555555555"};

	(void)state;
	process_show(getpid());
	holder.start_ticks = process_start_ticks(getpid());
	signal(SIGTERM, SIG_DFL);
	holder_end(&holder, deadline_in_ms(1000));
	holder.pid = 0;
	holder_end(&holder, deadline_in_ms(1000));
	holder.pid = -getpgrp();
	holder_end(&holder, deadline_in_ms(1000));
	assert_int_equal(kill(getpid(), 0), 0);
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_whole_line_names_the_holder),
		WITH_TREE(a_torn_line_names_nobody),
		WITH_TREE(the_start_time_is_counted_from_the_last_bracket_of_the_command),
		WITH_TREE(what_is_written_is_read_and_cleared_by_its_writer_alone),
		WITH_TREE(a_full_file_system_is_told),
		WITH_TREE(without_a_boot_id_the_line_still_names_the_holder),
		WITH_TREE(a_holder_is_asked_first),
		WITH_TREE(a_holder_that_ignores_the_question_is_killed_before_the_deadline),
		WITH_TREE(another_process_with_its_pid_is_left_alone),
		WITH_TREE(it_never_ends_itself_nor_init_nor_a_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

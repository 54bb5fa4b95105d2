/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children with a deadline: what goes in, what comes out, and that they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "volume/spawn.h"

static struct spawn_result
run(const struct spawn_job *job, int64_t deadline_ms)
{
	struct spawn_result result;
	struct reason reason = {0};

	if (spawn_run(job, deadline_in_ms(deadline_ms), &result, &reason) != STATUS_OK)
		fail_msg("%s", reason.text);
	return result;
}

static struct spawn_result
shell(const char *script, struct spawn_job job)
{
	char name[] = "sh", option[] = "-c";
	char *arguments[] = {name, option, (char *)(uintptr_t)script, NULL};

	job.path = "/bin/sh";
	job.arguments = arguments;
	return run(&job, 10000);
}

static int
seven(void *context)
{
	(void)context;
	return 7;
}

static int
sleep_long(void *context)
{
	(void)context;
	sleep(30);
	return 0;
}

static int
ignore_term(void *context)
{
	signal(SIGTERM, SIG_IGN);
	return sleep_long(context);
}

static int
fd_look(void *context)
{
	return fcntl(*(int *)context, F_GETFD) >= 0 ? 1 : 0;
}

static void
a_program_gets_its_input_and_its_output_is_taken(void **state)
{
	char output[64];
	struct spawn_result result = shell("cat; exit 3",
		(struct spawn_job){.input = "hello",
			.input_bytes = 5,
			.output = output,
			.output_room_bytes = sizeof(output)});

	(void)state;
	assert_int_equal(result.exit_code, 3);
	assert_int_equal(result.output_bytes, 5);
	assert_memory_equal(output, "hello", 5);
	assert_false(result.timed_out || result.stuck || result.output_cut);
}

static void
more_than_a_pipe_holds_goes_both_ways(void **state)
{
	size_t size_bytes = 300000;
	char *input = calloc(1, size_bytes), *output = calloc(1, size_bytes + 1);
	struct spawn_job job = {.path = "/bin/cat",
		.input = input,
		.input_bytes = size_bytes,
		.output = output,
		.output_room_bytes = size_bytes + 1};

	(void)state;
	memset(input, 'x', size_bytes);

	struct spawn_result result = run(&job, 10000);

	assert_int_equal(result.output_bytes, size_bytes);
	assert_memory_equal(input, output, size_bytes);
	free(input);
	free(output);
}

static void
output_beyond_the_room_is_dropped_and_told(void **state)
{
	char output[4];
	struct spawn_result result = shell("echo 0123456789",
		(struct spawn_job){.output = output, .output_room_bytes = sizeof(output)});

	(void)state;
	assert_int_equal(result.output_bytes, 4);
	assert_true(result.output_cut);
	assert_int_equal(result.exit_code, 0);
}

static void
a_child_that_does_not_read_does_not_kill_the_parent(void **state)
{
	size_t size_bytes = 1 << 20;
	char *input = calloc(1, size_bytes);
	struct spawn_job job = {.path = "/bin/true", .input = input, .input_bytes = size_bytes};

	(void)state;
	assert_int_equal(run(&job, 5000).exit_code, 0);
	free(input);
}

static void
the_environment_is_empty_unless_given(void **state)
{
	char output[256];
	char variable[] = "A=b";
	char *environment[] = {variable, NULL};
	struct spawn_job job = {.path = "/usr/bin/env",
		.output = output,
		.output_room_bytes = sizeof(output)};

	(void)state;
	assert_int_equal(run(&job, 5000).output_bytes, 0);
	job.environment = environment;
	assert_int_equal(run(&job, 5000).output_bytes, 4);
	assert_memory_equal(output, "A=b\n", 4);
}

static void
the_deadline_ends_a_child_and_says_so(void **state)
{
	struct spawn_job job = {.function = sleep_long};
	int64_t begun_ms = clock_now_ms();
	struct spawn_result result = run(&job, 100);

	(void)state;
	assert_true(result.timed_out);
	assert_int_equal(result.signal, SIGKILL);
	assert_int_equal(result.exit_code, -1);
	assert_true(clock_now_ms() - begun_ms < 2000);
	assert_int_equal(waitpid(result.pid, NULL, WNOHANG), -1);
}

static void
the_gentle_signal_comes_first_and_kill_last(void **state)
{
	struct spawn_job gentle = {.function = sleep_long,
		.end_signal = SIGTERM,
		.end_grace_ms = 2000};
	struct spawn_job deaf = {.function = ignore_term,
		.end_signal = SIGTERM,
		.end_grace_ms = 100};

	(void)state;
	assert_int_equal(run(&gentle, 100).signal, SIGTERM);
	assert_int_equal(run(&deaf, 100).signal, SIGKILL);
}

static void
a_child_that_must_not_be_killed_is_left_and_counts_as_stuck(void **state)
{
	struct spawn_job job = {.function = ignore_term,
		.end_signal = SIGTERM,
		.end_grace_ms = 50,
		.never_kill = true};
	struct spawn_result result = run(&job, 100);

	(void)state;
	assert_true(result.stuck && result.timed_out);
	assert_int_equal(kill(result.pid, SIGKILL), 0);
	assert_int_equal(waitpid(result.pid, NULL, 0), result.pid);
}

static void
a_function_gives_its_exit_code(void **state)
{
	struct spawn_job job = {.function = seven};

	(void)state;
	assert_int_equal(run(&job, 5000).exit_code, 7);
}

static void
only_descriptors_that_are_named_are_kept(void **state)
{
	int fd = dup(2);
	struct spawn_job job = {.function = fd_look, .context = &fd};

	(void)state;
	assert_int_equal(run(&job, 5000).exit_code, 0);
	job.kept_fds = &fd;
	job.kept_count = 1;
	assert_int_equal(run(&job, 5000).exit_code, 1);
	job = (struct spawn_job){.function = fd_look, .context = &fd, .keep_all_fds = true};
	assert_int_equal(run(&job, 5000).exit_code, 1);
	close(fd);
}

static void
a_kept_descriptor_passes_exec_and_no_other_does(void **state)
{
	char output[64] = "";
	int kept = fcntl(2, F_DUPFD_CLOEXEC, 17), other = fcntl(2, F_DUPFD, 18);
	struct spawn_result result =
		shell("for n in 17 18; do [ -e /proc/self/fd/$n ] && printf '%s ' $n; done; true",
			(struct spawn_job){.kept_fds = &kept,
				.kept_count = 1,
				.output = output,
				.output_room_bytes = 60});

	(void)state;
	assert_int_equal(kept, 17);
	assert_int_equal(other, 18);
	assert_int_equal(result.exit_code, 0);
	assert_string_equal(output, "17 ");
	close(kept);
	close(other);
}

static void
a_program_that_is_not_there_is_missing_software(void **state)
{
	struct spawn_job job = {.path = "/nowhere/at/all"};
	struct spawn_result result;

	(void)state;
	assert_int_equal(spawn_run(&job, deadline_in_ms(1000), &result, NULL),
		STATUS_MISSING_SOFTWARE);
}

static void
a_grandchild_that_keeps_the_pipe_does_not_hold_the_caller(void **state)
{
	char output[64];
	int64_t begun_ms = clock_now_ms();
	struct spawn_result result = shell("sleep 3 & echo done",
		(struct spawn_job){.output = output, .output_room_bytes = sizeof(output)});

	(void)state;
	assert_int_equal(result.exit_code, 0);
	assert_int_equal(result.output_bytes, 5);
	assert_true(clock_now_ms() - begun_ms < 2000);
}

static void
a_child_left_alone_ends_with_its_scope(void **state)
{
	struct spawn_job job = {.function = sleep_long};
	pid_t pid;

	(void)state;
	{
		owned_child child = SPAWN_NO_CHILD;

		assert_int_equal(spawn_start(&job, &child, NULL), STATUS_OK);
		pid = child.pid;
		assert_int_equal(kill(pid, 0), 0);
	}
	assert_int_equal(kill(pid, 0), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_gets_its_input_and_its_output_is_taken),
		cmocka_unit_test(more_than_a_pipe_holds_goes_both_ways),
		cmocka_unit_test(output_beyond_the_room_is_dropped_and_told),
		cmocka_unit_test(a_child_that_does_not_read_does_not_kill_the_parent),
		cmocka_unit_test(the_environment_is_empty_unless_given),
		cmocka_unit_test(the_deadline_ends_a_child_and_says_so),
		cmocka_unit_test(the_gentle_signal_comes_first_and_kill_last),
		cmocka_unit_test(a_child_that_must_not_be_killed_is_left_and_counts_as_stuck),
		cmocka_unit_test(a_function_gives_its_exit_code),
		cmocka_unit_test(only_descriptors_that_are_named_are_kept),
		cmocka_unit_test(a_kept_descriptor_passes_exec_and_no_other_does),
		cmocka_unit_test(a_program_that_is_not_there_is_missing_software),
		cmocka_unit_test(a_grandchild_that_keeps_the_pipe_does_not_hold_the_caller),
		cmocka_unit_test(a_child_left_alone_ends_with_its_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

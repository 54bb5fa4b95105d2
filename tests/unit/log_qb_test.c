/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker's log through libqb: what reaches stderr and a trace file, and what never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "log_qb.h"
#include "recorder.h"
#include "syslog_send.h"

static int recordings;
/* Lines for syslog; in memory that the child shares. */
static int *sent;

void
syslog_send(const char *path, const char *name, int facility, int priority, const char *text)
{
	(void)path;
	(void)facility;
	(void)priority;
	(void)text;
	if (strncmp(name, "luks-ssm", strlen("luks-ssm")) == 0)
		++*sent;
}

void
recorder_sweep(const char *name)
{
	(void)name;
}

void
recorder_write(const char *instance)
{
	(void)instance;
	recordings++;
}

/* A log from begin to end in a child, with stderr in a file; what was written there. */
static const char *
stderr_of(const struct ocf_call *call, int *ret_code)
{
	static char text[4096];
	char path[] = "/tmp/luks-ssm-XXXXXX";
	int fd = mkstemp(path), status;

	assert_true(fd >= 0);
	unlink(path);
	*sent = 0;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(fd, STDERR_FILENO);
		log_begin(call);
		log_error("first\nsecond");
		log_info("told");
		log_debug("deep");
		log_step("step");
		log_end(call, true);
		_exit(recordings);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (ret_code != NULL)
		*ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	close(fd);
	return text;
}

/* Pacemaker's executor logs stderr once more: only the reason line may stand there. */
static void
nothing_goes_to_stderr_unless_it_is_asked_for(void **state)
{
	const struct ocf_call call = {.action = "start"};

	(void)state;
	assert_string_equal(stderr_of(&call, NULL), "");
}

static void
syslog_gets_every_line_above_debug_and_none_where_it_is_refused(void **state)
{
	const struct ocf_call call = {.action = "start"};
	const struct ocf_call silent = {.action = "start", .is_silent = true};

	(void)state;
	stderr_of(&call, NULL);
	assert_int_equal(*sent, 2);
	stderr_of(&silent, NULL);
	assert_int_equal(*sent, 0);
}

static void
debug_shows_it_there_with_a_line_a_message(void **state)
{
	const struct ocf_call call = {.action = "start", .is_debug = true};
	const char *text = stderr_of(&call, NULL);

	(void)state;
	assert_non_null(strstr(text, "first second"));
	assert_non_null(strstr(text, "told"));
	assert_non_null(strstr(text, "deep"));
	assert_null(strstr(text, "step"));
}

static void
a_trace_shows_every_step(void **state)
{
	const struct ocf_call call = {.action = "start", .is_debug = true, .is_traced = true};

	(void)state;
	assert_non_null(strstr(stderr_of(&call, NULL), "step"));
}

static void
a_trace_file_gets_the_steps_and_an_impossible_one_stops_nothing(void **state)
{
	char path[] = "/tmp/luks-ssm-XXXXXX", text[4096] = "";
	int fd = mkstemp(path);
	const struct ocf_call call = {.action = "start",
		.is_debug = true,
		.is_traced = true,
		.trace_file = path};
	const struct ocf_call lost = {.action = "start",
		.is_debug = true,
		.is_traced = true,
		.trace_file = "/nowhere/trace"};

	(void)state;
	stderr_of(&call, NULL);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	close(fd);
	unlink(path);
	assert_non_null(strstr(text, "step"));
	assert_non_null(strstr(text, "first second"));
	assert_non_null(strstr(stderr_of(&lost, NULL), "/nowhere/trace"));
}

static void
a_recording_needs_the_name_of_a_resource(void **state)
{
	const struct ocf_call named = {.action = "start", .instance = "unit-log-test"};
	const struct ocf_call nameless = {.action = "start"};
	int code;

	(void)state;
	stderr_of(&named, &code);
	assert_int_equal(code, 1);
	stderr_of(&nameless, &code);
	assert_int_equal(code, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_goes_to_stderr_unless_it_is_asked_for),
		cmocka_unit_test(syslog_gets_every_line_above_debug_and_none_where_it_is_refused),
		cmocka_unit_test(debug_shows_it_there_with_a_line_a_message),
		cmocka_unit_test(a_trace_shows_every_step),
		cmocka_unit_test(a_trace_file_gets_the_steps_and_an_impossible_one_stops_nothing),
		cmocka_unit_test(a_recording_needs_the_name_of_a_resource),
	};

	sent = mmap(NULL, sizeof(*sent), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sent == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

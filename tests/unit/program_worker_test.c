/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker's side of the two programs: what it is before it reads anything, and when it leaves a
 * recording. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actions.h"
#include "base/log.h"
#include "log_qb.h"
#include "program.h"

static struct {
	int begun, ended, recordings;
	bool was_dumpable;
	enum log_level level;
	int lines;
} seen;

void
log_begin(const struct ocf_call *call)
{
	(void)call;
	seen.begun++;
	seen.was_dumpable = prctl(PR_GET_DUMPABLE) != 0;
}

void
log_end(const struct ocf_call *call, bool with_recording)
{
	(void)call;
	seen.ended++;
	seen.recordings += with_recording;
}

void
log_write(enum log_level level, const char *format, ...)
{
	(void)format;
	seen.level = level;
	seen.lines++;
}

#define HANDLER(name) \
	int name(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason) \
	{ \
		(void)call; \
		(void)wanted; \
		(void)reason; \
		return OCF_SUCCESS; \
	}
HANDLER(action_start)
HANDLER(action_stop)
HANDLER(action_monitor)
HANDLER(action_reload)
HANDLER(action_validate)

static void
the_worker_does_every_action_itself(void **state)
{
	(void)state;
	assert_true(action_row_count >= 8);
	for (size_t i = 0; i < action_row_count; i++)
		assert_non_null(action_rows[i].handler);
}

/* In a child, whose exit code names the first fact that does not hold. */
static int
worker_facts(int fd)
{
	struct ocf_call call = {.action = "start"};
	struct sigaction action;
	char directory[8];

	call.timeout_ms = 20000;
	call.deadline = deadline_in_ms(18000);
	call.end = deadline_in_ms(19000);
	signal(SIGTERM, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	fcntl(fd, F_SETFD, 0);
	program_begin(&call);
	if (seen.begun != 1 || seen.was_dumpable)
		return 1;
	if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0 || fcntl(STDERR_FILENO, F_GETFD) != 0)
		return 2;
	if (sigaction(SIGTERM, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
		return 3;
	if (sigaction(SIGCHLD, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
		return 4;
	/* Nowhere inside a volume. */
	if (getcwd(directory, sizeof(directory)) == NULL || strcmp(directory, "/") != 0)
		return 5;
	/* Never more time than before. */
	return deadline_left_ms(call.end) <= 19000 ? 0 : 6;
}

static void
before_it_reads_anything_it_is_undumpable_and_hears_signals(void **state)
{
	int status, fd = dup(STDIN_FILENO);
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(worker_facts(fd));
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
only_a_failure_leaves_a_recording(void **state)
{
	static const int answers[] = {OCF_SUCCESS, OCF_NOT_RUNNING, OCF_DEGRADED};
	static const int failures[] = {OCF_ERR_GENERIC, OCF_ERR_ARGS, OCF_ERR_PERM,
		OCF_ERR_INSTALLED, OCF_ERR_CONFIGURED};
	const struct ocf_call call = {.action = "monitor"};

	(void)state;
	memset(&seen, 0, sizeof(seen));
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		program_end(&call, answers[i]);
	assert_int_equal(seen.recordings, 0);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		program_end(&call, failures[i]);
	assert_int_equal(seen.recordings, 5);
	assert_int_equal(seen.ended, 8);
}

static void
a_failure_is_logged_as_an_error_and_an_answer_is_not(void **state)
{
	const struct ocf_call call = {.action = "monitor"};
	struct reason reason = {.text = "busy: x"};

	(void)state;
	memset(&seen, 0, sizeof(seen));
	program_tell(&call, OCF_SUCCESS, &reason);
	assert_int_equal(seen.level, LOG_LEVEL_INFO);
	program_tell(&call, OCF_NOT_RUNNING, &reason);
	assert_int_equal(seen.level, LOG_LEVEL_INFO);
	program_tell(&call, OCF_ERR_GENERIC, &reason);
	assert_int_equal(seen.level, LOG_LEVEL_ERROR);
	assert_int_equal(seen.lines, 3);
}

static void
the_worker_becomes_nothing_else(void **state)
{
	struct reason reason = {0};
	char *arguments[] = {NULL};

	(void)state;
	program_pass_on(arguments, &reason);
	assert_int_equal(reason.status, STATUS_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worker_does_every_action_itself),
		cmocka_unit_test(before_it_reads_anything_it_is_undumpable_and_hears_signals),
		cmocka_unit_test(only_a_failure_leaves_a_recording),
		cmocka_unit_test(a_failure_is_logged_as_an_error_and_an_answer_is_not),
		cmocka_unit_test(the_worker_becomes_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

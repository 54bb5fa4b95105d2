/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about a line for the system's log: its form, and that nobody ever waits for its reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "syslog_send.h"

static char path[] = "/tmp/luks-ssm-log-XXXXXX";
static int log_fd = -1;

/* A daemon's socket that nobody reads from unless the test does. */
static int
begin_type(int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file_fd;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	file_fd = mkstemp(path);
	close(file_fd);
	unlink(path);
	strcpy(address.sun_path, path);
	log_fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	return file_fd < 0 || bind(log_fd, (struct sockaddr *)&address, sizeof(address));
}

static int
begin(void **state)
{
	(void)state;
	return begin_type(SOCK_DGRAM);
}

static int
begin_stream(void **state)
{
	(void)state;
	return begin_type(SOCK_STREAM) || listen(log_fd, 2);
}

static int
end(void **state)
{
	(void)state;
	close(log_fd);
	unlink(path);
	return 0;
}

static void
a_line_has_the_form_that_syslog_gives_it(void **state)
{
	char line[SYSLOG_LINE_BYTES + 1] = "", expected[64];

	(void)state;
	syslog_send(path, "luks-ssm(vol)", LOG_LOCAL3, LOG_WARNING, "a word");
	assert_true(recv(log_fd, line, sizeof(line) - 1, MSG_DONTWAIT) > 0);
	/* "<156>Nov 24 16:00:00 " and then who. */
	snprintf(expected, sizeof(expected), " luks-ssm(vol)[%d]: a word", (int)getpid());
	assert_memory_equal(line, "<156>", 5);
	assert_string_equal(line + 5 + strlen("Nov 24 16:00:00"), expected);
}

static void
a_daemon_that_reads_nothing_holds_nobody_up(void **state)
{
	(void)state;
	/* Ends the test where a line waits. */
	alarm(10);
	for (int i = 0; i < 5000; i++)
		syslog_send(path, "luks-ssm(vol)", LOG_DAEMON, LOG_INFO, "a word");
	alarm(0);
}

static void
no_daemon_is_no_failure_and_a_long_line_is_cut(void **state)
{
	char text[2 * SYSLOG_LINE_BYTES], line[2 * SYSLOG_LINE_BYTES];

	(void)state;
	syslog_send("/nowhere/log", "luks-ssm", LOG_DAEMON, LOG_INFO, "a word");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	syslog_send(path, "luks-ssm", LOG_DAEMON, LOG_INFO, text);
	assert_int_equal(recv(log_fd, line, sizeof(line), MSG_DONTWAIT), SYSLOG_LINE_BYTES - 1);
}

static void
a_daemon_that_takes_a_stream_gets_the_line_with_its_nul(void **state)
{
	char line[SYSLOG_LINE_BYTES + 1] = "";

	(void)state;
	/* Ends the test where no line comes. */
	alarm(10);
	syslog_send(path, "luks-ssm", LOG_DAEMON, LOG_ERR, "a word");

	int line_fd = accept(log_fd, NULL, NULL);
	ssize_t got = recv(line_fd, line, sizeof(line), 0);

	alarm(0);
	close(line_fd);
	assert_true(got > (ssize_t)sizeof("a word"));
	assert_int_equal(strlen(line) + 1, got);
	assert_string_equal(line + got - sizeof(": a word"), ": a word");
}

static void
a_stream_that_nobody_accepts_holds_nobody_up(void **state)
{
	(void)state;
	alarm(10);
	for (int i = 0; i < 100; i++)
		syslog_send(path, "luks-ssm", LOG_DAEMON, LOG_INFO, "a word");
	alarm(0);
}

#define STREAM(fact) cmocka_unit_test_setup_teardown(fact, begin_stream, end)
#define CASE(fact) cmocka_unit_test_setup_teardown(fact, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_line_has_the_form_that_syslog_gives_it),
		CASE(a_daemon_that_reads_nothing_holds_nobody_up),
		CASE(no_daemon_is_no_failure_and_a_long_line_is_cut),
		STREAM(a_daemon_that_takes_a_stream_gets_the_line_with_its_nul),
		STREAM(a_stream_that_nobody_accepts_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

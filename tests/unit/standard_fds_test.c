/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No file that is opened later gets the number of a stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/standard_fds.h"

/* In a child, whose exit code names the first fact that does not hold. */
static int
facts_without(unsigned int closed)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if ((closed & 1u << fd) != 0)
			close(fd);
	}
	if (!standard_fds_are_open())
		return 1;
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			return 2;
	}
	/* Nothing else was left open. */
	return open("/dev/null", O_RDONLY | O_CLOEXEC) == STDERR_FILENO + 1 ? 0 : 3;
}

static void
each_stream_that_is_closed_is_opened(void **state)
{
	(void)state;
	for (unsigned int closed = 0; closed < 8; closed++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			close_range(STDERR_FILENO + 1, ~0U, 0);
			_exit(facts_without(closed));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_stream_that_is_closed_is_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

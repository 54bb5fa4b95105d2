/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meta-data: every byte of the committed file, or a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actions.h"

static const struct ocf_call call = {.action = "meta-data"};
static const struct wanted wanted = {.params = NULL};

/* Runs it in a child, whose stdout is FD; its exit code. */
static int
run_to(int fd)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct reason reason = {0};

		if (fd < 0)
			close(STDOUT_FILENO);
		else if (dup2(fd, STDOUT_FILENO) < 0)
			_exit(99);
		int code = action_metadata(&call, &wanted, &reason);

		_exit(code == OCF_SUCCESS || reason.status == STATUS_INTERNAL ? code : 98);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void
it_writes_the_committed_file_and_nothing_else(void **state)
{
	char path[4096];
	FILE *out = tmpfile();

	(void)state;
	snprintf(path, sizeof(path), "%s/metadata/volume.xml", getenv("top_srcdir"));
	FILE *committed = fopen(path, "re");

	assert_non_null(out);
	assert_non_null(committed);
	assert_int_equal(run_to(fileno(out)), OCF_SUCCESS);
	rewind(out);
	for (int expected = 0; expected != EOF;) {
		expected = fgetc(committed);
		assert_int_equal(fgetc(out), expected);
	}
	assert_true(ftell(out) > 1000);
	fclose(committed);
	fclose(out);
}

static void
what_cannot_be_written_is_a_failure(void **state)
{
	int full_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(run_to(-1), OCF_ERR_GENERIC);
	if (full_fd < 0)
		skip();
	assert_int_equal(run_to(full_fd), OCF_ERR_GENERIC);
	close(full_fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_writes_the_committed_file_and_nothing_else),
		cmocka_unit_test(what_cannot_be_written_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

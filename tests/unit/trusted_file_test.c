/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose files are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "creds/trusted_file.h"

static char path[] = "/tmp/luks-ssm-trusted-XXXXXX";

static void
file_write(const char *bytes, size_t length_bytes, mode_t mode)
{
	/* An earlier one may be read-only, to its owner too unless that is root. */
	unlink(path);

	owned_file file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length_bytes, file), length_bytes);
	assert_int_equal(fchmod(fileno(file), mode), 0);
}

static enum status
read_back(size_t limit_bytes, struct secret *text, struct reason *reason)
{
	return trusted_file_read(path, "role", TRUSTED_READABLE, limit_bytes, text, reason);
}

static void
an_own_file_is_read_whole(void **state)
{
	owned_secret text = {0}, nothing = {0};

	(void)state;
	file_write("hello\n", 6, 0600);
	assert_int_equal(read_back(6, &text, NULL), STATUS_OK);
	assert_string_equal(text.bytes, "hello\n");
	file_write("", 0, 0600);
	assert_int_equal(read_back(6, &nothing, NULL), STATUS_OK);
	assert_int_equal(nothing.length_bytes, 0);
}

static void
what_others_may_write_is_refused(void **state)
{
	static const mode_t modes[] = {0620, 0602, 0666};
	owned_secret text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct reason reason = {0};

		file_write("x", 1, modes[i]);
		assert_int_equal(read_back(6, &text, &reason), STATUS_BAD_PROFILE);
		assert_non_null(strstr(reason.text, "chmod go-w"));
	}
}

static void
what_others_may_read_is_refused_where_it_holds_secrets(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0444};
	owned_secret text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct reason reason = {0};
		owned_secret readable = {0};

		file_write("x", 1, modes[i]);
		assert_int_equal(trusted_file_read(path, "role", TRUSTED_SECRET, 6, &text, &reason),
			STATUS_BAD_PROFILE);
		assert_non_null(strstr(reason.text, "chmod go-r"));
		assert_int_equal(read_back(6, &readable, NULL), STATUS_OK);
	}
}

static void
another_users_file_is_refused(void **state)
{
	owned_secret text = {0};
	struct reason reason = {0};

	(void)state;
	if (geteuid() != 0)
		skip();
	file_write("x", 1, 0600);
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(read_back(6, &text, &reason), STATUS_BAD_PROFILE);
	assert_non_null(strstr(reason.text, "12345"));
	assert_int_equal(chown(path, 0, 0), 0);
}

static void
what_is_too_large_or_no_text_is_refused(void **state)
{
	owned_secret text = {0};

	(void)state;
	file_write("1234567", 7, 0600);
	assert_int_equal(read_back(6, &text, NULL), STATUS_BAD_PROFILE);
	file_write("1\0002", 3, 0600);
	assert_int_equal(read_back(6, &text, NULL), STATUS_BAD_PROFILE);
	assert_int_equal(trusted_file_read("/tmp", "role", TRUSTED_READABLE, 9, &text, NULL),
		STATUS_BAD_PROFILE);
	assert_int_equal(trusted_file_read("/tmp/luks-ssm-absent", "role", TRUSTED_READABLE, 9,
				 &text, NULL),
		STATUS_BAD_PROFILE);
	assert_null(text.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_own_file_is_read_whole),
		cmocka_unit_test(what_others_may_write_is_refused),
		cmocka_unit_test(what_others_may_read_is_refused_where_it_holds_secrets),
		cmocka_unit_test(another_users_file_is_refused),
		cmocka_unit_test(what_is_too_large_or_no_text_is_refused),
	};

	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	unlink(path);
	return failed;
}

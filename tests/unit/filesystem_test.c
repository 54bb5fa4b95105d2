/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A filesystem is known by its signature, and what is none is not mounted. romfs has the shortest
 * signature there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "luks_file.h"
#include "volume/filesystem.h"

static char path[] = "/tmp/luks-ssm-XXXXXX";

/* A filesystem that libblkid knows by its first four bytes alone. */
#define BFS "\xce\xfa\xad\x1b"

static int
file_make(void **state)
{
	(void)state;

	int fd = mkstemp(path);

	return fd < 0 || close(fd) != 0;
}

static int
file_remove(void **state)
{
	(void)state;
	return unlink(path);
}

static void
content_write(const char *signature)
{
	static char content[1 << 20];
	FILE *file = fopen(path, "we");

	memset(content, 0, sizeof(content));
	memcpy(content, signature, strlen(signature));
	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, sizeof(content), file), sizeof(content));
	assert_int_equal(fclose(file), 0);
}

static void
test_a_signature_is_the_type(void **state)
{
	char found[FSTYPE_BYTES] = "";
	struct reason reason = {0};

	(void)state;
	content_write(BFS);
	assert_int_equal(filesystem_find(path, "auto", found, &reason), STATUS_OK);
	assert_string_equal(found, "bfs");
	assert_int_equal(filesystem_find(path, "bfs", found, &reason), STATUS_OK);
	assert_int_equal(filesystem_find(path, NULL, found, &reason), STATUS_OK);
}

static void
test_another_type_than_asked_for_is_named_with_both(void **state)
{
	char found[FSTYPE_BYTES] = "";
	struct reason reason = {0};

	(void)state;
	content_write(BFS);
	assert_int_equal(filesystem_find(path, "xfs", found, &reason), STATUS_BAD_FILESYSTEM);
	assert_non_null(strstr(reason.text, "bfs"));
	assert_non_null(strstr(reason.text, "xfs"));
	assert_string_equal(found, "");
}

static void
test_nothing_is_no_filesystem(void **state)
{
	char found[FSTYPE_BYTES] = "";
	struct reason reason = {0};

	(void)state;
	content_write("");
	assert_int_equal(filesystem_find(path, "auto", found, &reason), STATUS_BAD_FILESYSTEM);
}

static void
test_a_luks_header_inside_is_no_filesystem(void **state)
{
	struct luks_file file;
	char found[FSTYPE_BYTES] = "";
	struct reason reason = {0};

	(void)state;
	luks_file_make(&file, 2);
	assert_int_equal(filesystem_find(file.path, "auto", found, &reason), STATUS_BAD_FILESYSTEM);
	assert_non_null(strstr(reason.text, "crypto_LUKS"));
	luks_file_end(&file);
}

static void
test_only_ext4_counts_errors(void **state)
{
	(void)state;
	assert_int_equal(filesystem_ext4_errors("no-such-disk"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_signature_is_the_type),
		cmocka_unit_test(test_another_type_than_asked_for_is_named_with_both),
		cmocka_unit_test(test_nothing_is_no_filesystem),
		cmocka_unit_test(test_a_luks_header_inside_is_no_filesystem),
		cmocka_unit_test(test_only_ext4_counts_errors),
	};

	return cmocka_run_group_tests(tests, file_make, file_remove);
}

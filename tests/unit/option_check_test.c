/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel is asked for a filesystem's own options alone. Where it cannot be asked, everything
 * passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/option_check.h"

static bool
kernel_can_be_asked(void)
{
	int fd = fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static enum status
check(const char *options, struct reason *reason)
{
	return option_check("tmpfs", options, reason);
}

static void
test_options_of_the_vfs_and_of_libmount_are_not_the_filesystems(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(check("rw,noatime,nosuid,_netdev,X-mount.mkdir,user", &reason), STATUS_OK);
	assert_int_equal(check("rw,size=1m,mode=0700", &reason), STATUS_OK);
}

static void
test_an_unknown_option_is_named_where_the_kernel_can_be_asked(void **state)
{
	struct reason reason = {0};
	enum status expected = kernel_can_be_asked() ? STATUS_BAD_MOUNT_OPTION : STATUS_OK;

	(void)state;
	assert_int_equal(check("rw,nosuchoption=3,mode=0700", &reason), expected);
	if (expected != STATUS_OK)
		assert_non_null(strstr(reason.text, "nosuchoption=3"));
}

static void
test_labels_are_left_to_the_mount(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(check("rw,context=\"system_u:object_r:tmp_t:s0:c1,c2\"", &reason),
		STATUS_OK);
}

static void
test_a_filesystem_that_is_not_there_is_not_judged_here(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(option_check("nosuchfs", "rw,anything", &reason), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_of_the_vfs_and_of_libmount_are_not_the_filesystems),
		cmocka_unit_test(test_an_unknown_option_is_named_where_the_kernel_can_be_asked),
		cmocka_unit_test(test_labels_are_left_to_the_mount),
		cmocka_unit_test(test_a_filesystem_that_is_not_there_is_not_judged_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

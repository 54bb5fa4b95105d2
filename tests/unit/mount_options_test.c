/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab's words become libmount's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "volume/mount_options.h"

static void
expect(const char *options, const char *fstype, bool read_only, const char *kept,
	const char *dropped)
{
	char *got_kept = NULL;
	char *got_dropped = NULL;

	assert_int_equal(mount_options_make(options, fstype, read_only, &got_kept, &got_dropped),
		STATUS_OK);
	assert_string_equal(got_kept, kept);
	assert_string_equal(got_dropped, dropped);
	free(got_kept);
	free(got_dropped);
}

static void
test_read_only_alone_says_ro_or_rw(void **state)
{
	(void)state;
	expect(NULL, "xfs", false, "rw", "");
	expect("", "xfs", true, "ro", "");
	expect("ro", "xfs", true, "ro", "");
	expect("rw", "xfs", true, "ro", "");
}

static void
test_words_of_fstab_alone_go(void **state)
{
	(void)state;
	expect("defaults,nofail,noauto,x-systemd.device-timeout=90,noatime,"
	       "x-systemd.requires=a.mount",
		"xfs", false, "rw,noatime", "");
}

static void
test_words_for_libmount_and_the_kernel_stay_in_order(void **state)
{
	(void)state;
	expect("noatime,_netdev,user,X-mount.mkdir,logbufs=8", "xfs", false,
		"rw,noatime,_netdev,user,X-mount.mkdir,logbufs=8", "");
}

static void
test_a_quoted_comma_does_not_separate(void **state)
{
	(void)state;
	expect("context=\"s0:c1,c2\",nofail", "ext4", false, "rw,context=\"s0:c1,c2\"", "");
}

static void
test_options_that_xfs_lost_are_dropped_for_xfs_alone(void **state)
{
	(void)state;
	expect("attr2,noatime,nobarrier", "xfs", false, "rw,noatime", "attr2,nobarrier");
	expect("nobarrier,noatime", "ext4", false, "rw,nobarrier,noatime", "");
}

static void
test_the_device_timeout_is_read_as_systemd_does(void **state)
{
	(void)state;
	assert_int_equal(mount_options_device_timeout_ms(NULL), -1);
	assert_int_equal(mount_options_device_timeout_ms("noatime,nofail"), -1);
	assert_int_equal(mount_options_device_timeout_ms("nofail,x-systemd.device-timeout=90"),
		90000);
	assert_int_equal(
		mount_options_device_timeout_ms("x-systemd.device-timeout=1min 30s,nofail"), 90000);
	assert_int_equal(mount_options_device_timeout_ms("x-systemd.device-timeout=250ms"), 250);
	assert_int_equal(mount_options_device_timeout_ms("x-systemd.device-timeout="), -1);
	assert_int_equal(mount_options_device_timeout_ms("x-systemd.device-timeout"), -1);
	assert_int_equal(mount_options_device_timeout_ms("x-systemd.device-timeout=soon"), -1);
	assert_int_equal(
		mount_options_device_timeout_ms("x-systemd.device-timeout=infinity,nofail"),
		604800000);
	assert_int_equal(
		mount_options_device_timeout_ms("x-systemd.device-timeout=99999999999999999999"),
		604800000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_only_alone_says_ro_or_rw),
		cmocka_unit_test(test_words_of_fstab_alone_go),
		cmocka_unit_test(test_words_for_libmount_and_the_kernel_stay_in_order),
		cmocka_unit_test(test_a_quoted_comma_does_not_separate),
		cmocka_unit_test(test_options_that_xfs_lost_are_dropped_for_xfs_alone),
		cmocka_unit_test(test_the_device_timeout_is_read_as_systemd_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

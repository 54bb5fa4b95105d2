/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves what each check of the device, the mapping, the filesystem and the signals takes and
 * refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <limits.h>
#include <signal.h>

#include "checks.h"

static void
a_device_is_a_path_a_tag_or_a_volume_id(void **state)
{
	(void)state;
	TAKEN(check_device, "/dev/nvme1n1",
		"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123",
		"UUID=01234567-89ab-cdef-0123-456789ABCDEF", "PARTUUID=0a1b2c3d-01", "LABEL=data",
		"vol-0123456789abcdef0", "vol-01234567");
	REFUSED(check_device, "nvme1n1", "/dev/../etc/passwd", "UUID=", "UUID=0123",
		"UUID=\"01234567-89ab-cdef-0123-456789abcdef\"", "PARTUUID=", "LABEL=", "LABEL=a/b",
		"LABEL='data'", "vol-", "vol-xyz", "vol-0123456789abcdef01", "/dev/a\nb");
}

static void
a_path_is_absolute_and_goes_nowhere_up(void **state)
{
	(void)state;
	TAKEN(check_path, "/a", "/a/..b/c", "/a b", "/a/b..");
	REFUSED(check_path, "a", "./a", "../a", "/..", "/a/..", "/a/../b", "/a\tb");
}

static void
a_path_of_the_kernels_limit_is_too_long(void **state)
{
	char *path = malloc(PATH_MAX + 1);

	(void)state;
	assert_non_null(path);
	memset(path, 'a', PATH_MAX);
	path[0] = '/';
	path[PATH_MAX] = '\0';
	assert_refused(check_path, path);
	path[PATH_MAX - 1] = '\0';
	assert_taken(check_path, path);
	free(path);
}

static void
a_directory_is_written_as_mountinfo_shows_it(void **state)
{
	(void)state;
	TAKEN(check_directory, "/srv", "/srv/data", "/srv/.data");
	REFUSED(check_directory, "srv", "/", "/srv/", "/srv//data", "/srv/./data", "/srv/.",
		"/srv/../data");
}

static void
a_uuid_has_its_dashes(void **state)
{
	(void)state;
	TAKEN(check_uuid, "01234567-89ab-cdef-0123-456789abcdef",
		"01234567-89AB-CDEF-0123-456789ABCDEF");
	REFUSED(check_uuid, "0123456789abcdef0123456789abcdef",
		"01234567-89ab-cdef-0123-456789abcdeg", "01234567-89ab-cdef-0123-456789abcdef ",
		"01234567-89ab-cdef-0123");
}

static void
a_map_name_is_one_that_device_mapper_leaves_as_it_is(void **state)
{
	char name[129];

	(void)state;
	TAKEN(check_map_name, "data", "luks-01234567", "a+b#c=d@e_f:g.h");
	REFUSED(check_map_name, "a/b", "a b", ".", "..", "control", "caf\xc3\xa9", "a\\b");
	memset(name, 'a', sizeof(name));
	name[128] = '\0';
	assert_refused(check_map_name, name);
	name[127] = '\0';
	assert_taken(check_map_name, name);
}

static void
a_filesystem_type_is_a_word(void **state)
{
	(void)state;
	TAKEN(check_fstype, "auto", "xfs", "ext4", "btrfs", "fuse.x");
	REFUSED(check_fstype, "XFS", "ext 4", "ext4,xfs", "/ext4");
}

static void
options_that_make_another_mount_are_refused(void **state)
{
	(void)state;
	TAKEN(check_options, "noatime", "defaults,nofail,x-systemd.device-timeout=10s", "ro,,nodev",
		"context=\"a,remount\"", "binder=1", "logdev=/dev/x");
	REFUSED(check_options, "x-systemd.device-timeout=soon", "ro,x-systemd.device-timeout",
		"x-systemd.device-timeout=,ro");
	REFUSED(check_options, "remount", "noatime,remount,ro", "bind", "rbind", "move", "loop",
		"loop=/dev/loop0", "offset=512", "sizelimit=1", "shared", "rshared", "slave",
		"rslave", "private", "rprivate", "unbindable", "runbindable", "no atime", "a\tb");
}

static void
an_option_is_found_whole_with_or_without_a_value(void **state)
{
	(void)state;
	assert_true(option_list_has("noatime,ro", "ro"));
	assert_true(option_list_has("x-systemd.device-timeout=5", "x-systemd.device-timeout"));
	assert_false(option_list_has("errors=remount-ro", "ro"));
	assert_false(option_list_has("rot", "ro"));
	assert_false(option_list_has("context=\"x,ro\"", "ro"));
	assert_false(option_list_has(NULL, "ro"));
}

static void
signals_are_read_in_order_with_or_without_sig(void **state)
{
	const char *cursor = "TERM  SIGINT KILL";

	(void)state;
	assert_int_equal(signal_list_next(&cursor), SIGTERM);
	assert_int_equal(signal_list_next(&cursor), SIGINT);
	assert_int_equal(signal_list_next(&cursor), SIGKILL);
	assert_int_equal(signal_list_next(&cursor), 0);
	TAKEN(check_signals, "TERM", "SIGTERM SIGQUIT", "USR1");
	REFUSED(check_signals, "term", "15", "TERM,INT", "SIG", "TERM NOSUCH");
}

static void
a_word_has_no_white_space(void **state)
{
	(void)state;
	TAKEN(check_word, "default", "a.b-c_d", "caf\xc3\xa9");
	REFUSED(check_word, "two words", "tab\there", "\x7f");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_a_path_a_tag_or_a_volume_id),
		cmocka_unit_test(a_path_is_absolute_and_goes_nowhere_up),
		cmocka_unit_test(a_path_of_the_kernels_limit_is_too_long),
		cmocka_unit_test(a_directory_is_written_as_mountinfo_shows_it),
		cmocka_unit_test(a_uuid_has_its_dashes),
		cmocka_unit_test(a_map_name_is_one_that_device_mapper_leaves_as_it_is),
		cmocka_unit_test(a_filesystem_type_is_a_word),
		cmocka_unit_test(options_that_make_another_mount_are_refused),
		cmocka_unit_test(an_option_is_found_whole_with_or_without_a_value),
		cmocka_unit_test(signals_are_read_in_order_with_or_without_sig),
		cmocka_unit_test(a_word_has_no_white_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

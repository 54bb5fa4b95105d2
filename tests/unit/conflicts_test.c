/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line or a unit about our volume is found, however it is spelled, and no other one is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "fake_tree.h"
#include "volume/conflicts.h"

static enum status
find(const char *directory, const char *map_name, struct reason *reason)
{
	struct params params = {.directory = directory};
	struct wanted wanted = {.params = &params, .map_name = map_name};

	return conflicts_find_below(".", &wanted, reason);
}

static void
a_line_of_fstab_is_found_escapes_included(void **state)
{
	struct reason reason = {0};

	(void)state;
	fake_file("etc/fstab",
		"# /dev/x /srv/comment xfs\n\n/dev/a\t/srv/other xfs defaults 0 0\n"
		"LABEL=b /srv/my\\040data  ext4 defaults 0 0\n");
	assert_int_equal(find("/srv/my data", "data", &reason), STATUS_BAD_PARAMETER);
	assert_non_null(strstr(reason.text, "etc/fstab has a line for /srv/my data"));
	assert_int_equal(find("/srv/comment", "data", NULL), STATUS_OK);
	assert_int_equal(find("/srv", "data", NULL), STATUS_OK);
	reason_clear(&reason);
	fake_file("etc/fstab", "/dev/mapper/data /elsewhere xfs defaults 0 0\n");
	assert_int_equal(find("/srv/data", "data", &reason), STATUS_BAD_PARAMETER);
	assert_non_null(strstr(reason.text, "etc/fstab has a line for /dev/mapper/data"));
	assert_int_equal(find("/srv/data", "dat", NULL), STATUS_OK);
}

static void
a_line_of_crypttab_is_found_by_its_first_word(void **state)
{
	struct reason reason = {0};

	(void)state;
	fake_file("etc/crypttab",
		"# data /dev/x\nother /dev/data none\n  data\t/dev/y none luks\n");
	assert_int_equal(find("/srv/data", "data", &reason), STATUS_BAD_PARAMETER);
	assert_non_null(strstr(reason.text, "etc/crypttab line 3 names data"));
	assert_int_equal(find("/srv/data", "dat", NULL), STATUS_OK);
	assert_int_equal(find("/srv/data", NULL, NULL), STATUS_OK);
}

static void
a_line_of_crypttab_is_found_by_its_device(void **state)
{
	struct params params = {.directory = "/srv/data",
		.device = "/dev/disk/by-id/nvme-data",
		.luks_uuid = "01234567-89ab-4def-8123-456789abcdef"};
	struct wanted wanted = {.params = &params, .map_name = "data"};

	(void)state;
	fake_file("etc/crypttab", "other UUID=01234567-89AB-4def-8123-456789abcdef none\n");
	assert_int_equal(conflicts_find_below(".", &wanted, NULL), STATUS_BAD_PARAMETER);
	fake_file("etc/crypttab", "#x\nother /dev/disk/by-id/nvme-data\n");
	assert_int_equal(conflicts_find_below(".", &wanted, NULL), STATUS_BAD_PARAMETER);
	fake_file("etc/crypttab",
		"other UUID=11234567-89ab-4def-8123-456789abcdef none\n"
		"another /dev/disk/by-id/nvme-data2 none\n# data /dev/disk/by-id/nvme-data\n");
	assert_int_equal(conflicts_find_below(".", &wanted, NULL), STATUS_OK);
}

static void
a_mount_unit_is_found_by_its_escaped_name_and_a_drop_in_is_none(void **state)
{
	struct reason reason = {0};

	(void)state;
	fake_file("etc/systemd/system/srv-unit\\x20a.mount", "[Mount]\n");
	fake_file("run/systemd/system/srv-b.mount.d/50-luks-ssm.conf", "[Unit]\n");
	assert_int_equal(find("/srv/unit a", "x", &reason), STATUS_BAD_PARAMETER);
	assert_non_null(strstr(reason.text, "srv-unit\\x20a.mount"));
	assert_int_equal(find("/srv/b", "x", NULL), STATUS_OK);
}

static void
no_file_is_no_conflict(void **state)
{
	struct params params = {.directory = "/srv/data"};
	struct wanted wanted = {.params = &params, .map_name = "data"};

	(void)state;
	assert_int_equal(conflicts_find_below("/nowhere", &wanted, NULL), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_of_fstab_is_found_escapes_included,
			fake_tree_begin, fake_tree_end),
		cmocka_unit_test_setup_teardown(a_line_of_crypttab_is_found_by_its_first_word,
			fake_tree_begin, fake_tree_end),
		cmocka_unit_test_setup_teardown(a_line_of_crypttab_is_found_by_its_device,
			fake_tree_begin, fake_tree_end),
		cmocka_unit_test_setup_teardown(
			a_mount_unit_is_found_by_its_escaped_name_and_a_drop_in_is_none,
			fake_tree_begin, fake_tree_end),
		cmocka_unit_test(no_file_is_no_conflict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

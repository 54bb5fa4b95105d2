/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units are named as systemd names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/unit_order.h"
#include "volume/conflicts.h"

static void
a_directory_becomes_the_name_of_its_mount_unit(void **state)
{
	/* What systemd-escape --path --suffix=mount prints. */
	static const char *const rows[][2] = {
		{"/srv/data", "srv-data.mount"},
		{"/srv//data/", "srv-data.mount"},
		{"/srv/my-data", "srv-my\\x2ddata.mount"},
		{"/srv/my data", "srv-my\\x20data.mount"},
		{"/.x/.y", "\\x2ex-.y.mount"},
		{"/\xc3\xbc", "\\xc3\\xbc.mount"},
	};
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(mount_unit_name(rows[i][0], sizeof(name), name));
		assert_string_equal(name, rows[i][1]);
	}
	assert_false(mount_unit_name("/", sizeof(name), name));
	assert_false(mount_unit_name("/srv/data", 12, name));
}

static void
the_service_is_found_in_both_kinds_of_hierarchy(void **state)
{
	char name[64];

	(void)state;
	assert_true(service_unit_name("0::/system.slice/luks-mount.service\n", sizeof(name), name));
	assert_string_equal(name, "luks-mount.service");
	assert_true(
		service_unit_name("0::/system.slice/system-luks\\x2dssm.slice/luks-ssm@a.service\n",
			sizeof(name), name));
	assert_string_equal(name, "luks-ssm@a.service");
	assert_true(service_unit_name("4:cpu:/\n1:name=systemd:/system.slice/a.service\n0::/\n",
		sizeof(name), name));
	assert_string_equal(name, "a.service");
	assert_false(service_unit_name("0::/user.slice/session-1.scope\n", sizeof(name), name));
	assert_false(service_unit_name("0::/\n", sizeof(name), name));
	assert_false(service_unit_name("", sizeof(name), name));
	assert_false(service_unit_name("0::/system.slice/a.service\n", 5, name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_becomes_the_name_of_its_mount_unit),
		cmocka_unit_test(the_service_is_found_in_both_kinds_of_hierarchy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units are named as systemd names them. */
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

static char root[] = "/tmp/luks-ssm-units-XXXXXX";

/* A unit file below the root that is made with it, or a link to TARGET; taken away again. */
static void
expect_hider(const char *directory, const char *unit, const char *target, const char *instance,
	bool hides)
{
	struct reason reason = {0};
	char path[512];

	snprintf(path, sizeof(path), "%s%s", root, directory);
	for (char *slash = path + 1; (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s%s/%s", root, directory, unit);
	if (target != NULL)
		assert_int_equal(symlink(target, path), 0);
	else
		assert_int_equal(mknod(path, S_IFREG | 0644, 0), 0);

	enum status status = unit_find_hider(root, instance, &reason);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(status, hides ? STATUS_BAD_PARAMETER : STATUS_OK);
	assert_int_equal(strstr(reason.text, path) != NULL, hides);
}

static void
a_unit_file_before_the_packages_hides_ours(void **state)
{
	static const char etc[] = "/etc/systemd/system", ours[] = "luks-ssm@.service";
	static const char article[] = "luks-mount.service";

	(void)state;
	assert_non_null(mkdtemp(root));
	expect_hider(etc, ours, NULL, "data", true);
	expect_hider(etc, "luks-ssm@data.service", NULL, "data", true);
	expect_hider(etc, article, NULL, NULL, true);
	expect_hider("/run/systemd/system", ours, "/dev/null", "data", true);
	expect_hider("/usr/local/lib/systemd/system", article, NULL, NULL, true);
	/* Another volume's, the other unit, a package's own, what enable makes, and drop-ins. */
	expect_hider(etc, "luks-ssm@other.service", NULL, "data", false);
	expect_hider(etc, article, NULL, "data", false);
	expect_hider(etc, ours, NULL, NULL, false);
	expect_hider("/usr/lib/systemd/system", ours, NULL, "data", false);
	expect_hider(etc, ours, "/usr/lib/systemd/system/luks-ssm@.service", "data", false);
	expect_hider("/etc/systemd/system/multi-user.target.wants", "luks-ssm@data.service",
		"/usr/lib/systemd/system/luks-ssm@.service", "data", false);
	expect_hider("/etc/systemd/system/luks-ssm@.service.d", "more.conf", NULL, "data", false);

	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_becomes_the_name_of_its_mount_unit),
		cmocka_unit_test(the_service_is_found_in_both_kinds_of_hierarchy),
		cmocka_unit_test(a_unit_file_before_the_packages_hides_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

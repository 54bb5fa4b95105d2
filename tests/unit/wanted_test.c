/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration asks for, from text alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "volume/wanted.h"

#define BARE "1cb16c3d326047efb64a533c7c0653ec"
#define DASHED "1CB16C3D-3260-47ef-b64a-533c7c0653ec"

static void
a_uuid_is_taken_in_any_case_with_and_without_dashes(void **state)
{
	char uuid[LUKS_UUID_BYTES];

	(void)state;
	assert_true(luks_uuid_parse(DASHED, uuid));
	assert_string_equal(uuid, BARE);
	assert_true(luks_uuid_parse(BARE, uuid));
	assert_string_equal(uuid, BARE);
}

static void
what_is_no_uuid_leaves_the_result_untouched(void **state)
{
	static const char *const bad[] = {"", "1cb1", BARE "0",
		"1cb16c3d326047ef-b64a-533c-7c06-53ec", "gcb16c3d326047efb64a533c7c0653ec",
		"1cb16c3d-326047-ef-b64a-533c7c0653ec", "1cb16c3d-3260-47ef-b64a-533c7c0653e-"};
	char uuid[LUKS_UUID_BYTES] = "before";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(luks_uuid_parse(bad[i], uuid));
	assert_string_equal(uuid, "before");
}

static void
a_name_is_plain_when_libdevmapper_would_not_mangle_it(void **state)
{
	char longest[MAP_NAME_BYTES], too_long[MAP_NAME_BYTES + 1];

	(void)state;
	assert_true(map_name_is_plain("data-1.x+y:z=@_#"));
	assert_false(map_name_is_plain(""));
	assert_false(map_name_is_plain("a b"));
	assert_false(map_name_is_plain("a/b"));
	assert_false(map_name_is_plain("caf\xc3\xa9"));
	assert_false(map_name_is_plain("control"));
	assert_false(map_name_is_plain(".."));
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	memset(too_long, 'a', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_true(map_name_is_plain(longest));
	assert_false(map_name_is_plain(too_long));
}

static void
the_instance_names_the_mapping_when_nothing_else_does(void **state)
{
	struct params params = {0};
	struct wanted wanted;

	(void)state;
	wanted_make(&params, "vol", &wanted);
	assert_string_equal(wanted.map_name, "vol");
	assert_false(wanted.map_name_given);
	wanted_make(&params, "vol with blanks", &wanted);
	assert_null(wanted.map_name);
	params.map_name = "other";
	wanted_make(&params, "vol", &wanted);
	assert_string_equal(wanted.map_name, "other");
	assert_true(wanted.map_name_given);
}

static void
the_pin_comes_before_the_uuid_of_the_device(void **state)
{
	struct params params = {.device = "UUID=00000000-0000-0000-0000-000000000001"};
	struct wanted wanted;

	(void)state;
	wanted_make(&params, "vol", &wanted);
	assert_string_equal(wanted.pin, "00000000000000000000000000000001");
	params.luks_uuid = DASHED;
	wanted_make(&params, "vol", &wanted);
	assert_string_equal(wanted.pin, BARE);
	params = (struct params){.device = "PARTUUID=00000000-0000-0000-0000-000000000001"};
	wanted_make(&params, "vol", &wanted);
	assert_string_equal(wanted.pin, "");
}

static void
the_last_of_ro_and_rw_counts(void **state)
{
	struct params params = {.options = "noatime,ro,x-errors=rough"};
	struct wanted wanted;

	(void)state;
	wanted_make(&params, "vol", &wanted);
	assert_true(wanted.read_only);
	params.options = "ro,rw";
	wanted_make(&params, "vol", &wanted);
	assert_false(wanted.read_only);
	params.options = "errors=remount-ro,norecovery";
	wanted_make(&params, "vol", &wanted);
	assert_false(wanted.read_only);
	params.read_only = true;
	wanted_make(&params, "vol", &wanted);
	assert_true(wanted.read_only);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uuid_is_taken_in_any_case_with_and_without_dashes),
		cmocka_unit_test(what_is_no_uuid_leaves_the_result_untouched),
		cmocka_unit_test(a_name_is_plain_when_libdevmapper_would_not_mangle_it),
		cmocka_unit_test(the_instance_names_the_mapping_when_nothing_else_does),
		cmocka_unit_test(the_pin_comes_before_the_uuid_of_the_device),
		cmocka_unit_test(the_last_of_ro_and_rw_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proves which pairs of values contradict each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lookup.h"

#define UUID "01234567-89ab-cdef-0123-456789abcdef"
#define OTHER_UUID "11234567-89ab-cdef-0123-456789abcdef"
#define ARN "ssm_parameter=arn:aws:ssm:eu-central-1:123456789012:parameter/data"

/* The loader takes the first of two texts of one name, so what is under test comes first. */
#define TAKEN(...) \
	do { \
		struct params params; \
		PARAMS_LOAD(&params, __VA_ARGS__, REQUIRED); \
		assert_string_equal(params.problem.text, ""); \
	} while (0)

#define REFUSED(word, ...) \
	do { \
		struct params params; \
		PARAMS_LOAD(&params, __VA_ARGS__, REQUIRED); \
		assert_int_equal(params.problem.status, STATUS_BAD_PARAMETER); \
		assert_non_null(strstr(params.problem.text, word)); \
	} while (0)

static void
a_region_agrees_with_the_arn(void **state)
{
	(void)state;
	TAKEN(ARN);
	TAKEN(ARN, "region=eu-central-1");
	REFUSED("region", ARN, "region=eu-central-2");
	REFUSED("region", ARN, "region=eu-central-11");
}

static void
a_list_of_regions_goes_with_neither_an_arn_nor_a_version(void **state)
{
	(void)state;
	TAKEN("ssm_parameter=/p", "region=eu-central-1,eu-west-1");
	TAKEN("ssm_parameter=/p:gold", "region=eu-central-1,eu-west-1");
	TAKEN("ssm_parameter=/p:3", "region=eu-central-1");
	REFUSED("ARN", ARN, "region=eu-central-1,eu-west-1");
	REFUSED("version", "ssm_parameter=/p:3", "region=eu-central-1 eu-west-1");
}

static void
a_uuid_that_is_named_twice_is_one(void **state)
{
	(void)state;
	TAKEN("device=UUID=" UUID, "luks_uuid=" UUID);
	TAKEN("device=UUID=" UUID, "luks_uuid=01234567-89AB-CDEF-0123-456789ABCDEF");
	REFUSED("luks_uuid", "device=UUID=" UUID, "luks_uuid=" OTHER_UUID);
}

static void
an_external_id_needs_a_role(void **state)
{
	(void)state;
	TAKEN("external_id=x", "role_arn=arn:aws:iam::123456789012:role/reader");
	REFUSED("external_id", "external_id=x");
}

static void
read_only_and_rw_contradict_each_other(void **state)
{
	(void)state;
	TAKEN("read_only=yes", "options=noatime,ro");
	TAKEN("read_only=no", "options=rw");
	REFUSED("options", "read_only=yes", "options=noatime,rw");
}

static void
a_forced_fsck_needs_a_writable_ext4(void **state)
{
	(void)state;
	TAKEN("run_fsck=force", "fstype=ext4");
	TAKEN("run_fsck=force");
	REFUSED("run_fsck", "run_fsck=force", "fstype=xfs");
	REFUSED("run_fsck", "run_fsck=force", "fstype=btrfs");
	REFUSED("run_fsck", "run_fsck=force", "read_only=yes");
	REFUSED("run_fsck", "run_fsck=force", "options=ro");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_region_agrees_with_the_arn),
		cmocka_unit_test(a_list_of_regions_goes_with_neither_an_arn_nor_a_version),
		cmocka_unit_test(a_uuid_that_is_named_twice_is_one),
		cmocka_unit_test(an_external_id_needs_a_role),
		cmocka_unit_test(read_only_and_rw_contradict_each_other),
		cmocka_unit_test(a_forced_fsck_needs_a_writable_ext4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* validate-all's checks, each in its turn, on a made-up node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check_node.h"
#include "fake_tree.h"
#include "volume/volume_check.h"

#define UUID CHECK_NODE_UUID
#define LUKS "CRYPT-LUKS2-" UUID "-vol"

static struct params params = {.device = "/nowhere",
	.directory = "/srv/vol",
	.luks_uuid = UUID,
	.fstype = "xfs",
	.run_fsck = "auto",
	.ssm_parameter = "/p"};

static int
begin(void **state)
{
	int result = fake_tree_begin(state);

	node = (struct check_node){.has_helper = true,
		.has_user = true,
		.has_dm_crypt = true,
		.inside = "xfs"};
	params.map_name = NULL;
	params.given[PARAM_map_name] = false;
	params.fstype = "xfs";
	return result;
}

static void
expect(unsigned int level, enum status expected)
{
	struct wanted wanted;
	struct reason reason = {0};

	wanted_make(&params, "vol", &wanted);
	assert_string_equal(status_code(volume_check(&wanted, level, deadline_in_ms(5000),
				    &reason)),
		status_code(expected));
	assert_int_equal(reason.text[0] == '\0', expected == STATUS_OK);
}

static void
test_a_node_in_order_has_nothing_to_say_and_the_key_waits_for_level_20(void **state)
{
	(void)state;
	expect(10, STATUS_OK);
	assert_int_equal(node.clock_checks, 1);
	assert_false(node.key_was_tried);
	expect(20, STATUS_OK);
	assert_true(node.key_was_tried);
}

static void
test_what_the_node_lacks_is_named(void **state)
{
	(void)state;
	node.user = 1000;
	expect(10, STATUS_NOT_ROOT);
	node.user = 0;
	node.has_dm_crypt = false;
	expect(10, STATUS_MISSING_SOFTWARE);
	node.has_dm_crypt = true;
	node.has_helper = false;
	expect(10, STATUS_HELPER_BROKEN);
	node.has_helper = true;
	node.has_user = false;
	expect(10, STATUS_HELPER_BROKEN);
}

static void
test_each_check_that_fails_is_the_answer(void **state)
{
	static const char *const names[] = {"device", "copy", "judge", "directory", "driver",
		"fsck", "options"};

	(void)state;
	node.failure = STATUS_DEVICE_IO;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		node.fails = names[i];
		expect(10, STATUS_DEVICE_IO);
	}
	node.fails = "key";
	node.failure = STATUS_WRONG_KEY;
	expect(10, STATUS_OK);
	expect(20, STATUS_WRONG_KEY);
}

static void
test_memory_and_a_read_only_device_are_looked_at(void **state)
{
	(void)state;
	node.kdf_kib = 1001;
	expect(10, STATUS_KDF_MEMORY);
	node.kdf_kib = 1000;
	expect(10, STATUS_OK);
	node.read_only_device = true;
	expect(10, STATUS_DEVICE_READ_ONLY);
}

static void
mapping_make(const char *name, const char *dm_uuid)
{
	fake_mapping(name, 0, dm_uuid);
	fake_disk("nvme1n1", 259, 1);
	fake_stack("dm-0", "nvme1n1", 259, 1);
}

static void
test_names_count_only_when_a_name_is_given(void **state)
{
	(void)state;
	mapping_make("vol", "CRYPT-LUKS2-00000000000000000000000000000001-vol");
	expect(10, STATUS_OK);
	params.map_name = "vol";
	params.given[PARAM_map_name] = true;
	expect(10, STATUS_NAME_TAKEN);
}

static void
test_our_device_under_another_name_counts_only_when_a_name_is_given(void **state)
{
	(void)state;
	mapping_make("other", "CRYPT-LUKS2-" UUID "-other");
	expect(10, STATUS_OK);
	params.map_name = "vol";
	params.given[PARAM_map_name] = true;
	expect(10, STATUS_OTHER_NAME);
}

static void
test_a_filesystem_that_is_not_named_is_checked_where_it_can_be_seen(void **state)
{
	(void)state;
	params.fstype = "auto";
	node.fails = "options";
	node.failure = STATUS_BAD_MOUNT_OPTION;
	expect(10, STATUS_OK);
	mapping_make("vol", LUKS);
	node.inside = "ext4";
	expect(10, STATUS_BAD_MOUNT_OPTION);
	node.fails = "driver";
	node.failure = STATUS_NO_FILESYSTEM_DRIVER;
	expect(10, STATUS_NO_FILESYSTEM_DRIVER);
	/* What hides it is told from level 20 on. */
	node.fails = "inside";
	node.failure = STATUS_BAD_FILESYSTEM;
	expect(10, STATUS_OK);
	expect(20, STATUS_BAD_FILESYSTEM);
	assert_false(node.key_was_tried);
}

static void
test_a_header_that_cannot_be_read_to_its_end_is_trouble_of_the_disk(void **state)
{
	(void)state;
	node.header_hangs = true;
	expect(10, STATUS_DEVICE_IO);
}

/* What was heard of the parts: "rights software! names-": well, not well, not looked at. */
static void
part_hear(void *context, const char *what, enum status status, const struct reason *reason,
	const char *detail)
{
	char *heard = context;
	size_t used = strlen(heard);

	assert_int_equal(reason->text[0] == '\0', status == STATUS_OK);
	assert_true(status != STATUS_OK || detail == NULL || detail[0] != '\0');
	snprintf(heard + used, 256 - used, "%s%s%s", used > 0 ? ", " : "", what,
		status != STATUS_OK      ? "!"
			: detail == NULL ? "-"
					 : "");
}

static void
expect_parts(bool with_key, const char *expected)
{
	struct wanted wanted;
	char heard[256] = "";

	wanted_make(&params, "vol", &wanted);
	volume_check_parts(&wanted, with_key, deadline_in_ms(5000), part_hear, heard);
	assert_string_equal(heard, expected);
}

static void
test_each_part_is_told_of_whatever_became_of_those_before_it(void **state)
{
	static const char *const rows[][2] = {
		{"device",
			"rights, software, names, device!, header-, KDF memory-, mount point, filesystem, unlock-"},
		{"judge",
			"rights, software, names, device, header!, KDF memory-, mount point, filesystem, unlock-"},
		{"directory",
			"rights, software, names, device, header, KDF memory, mount point!, filesystem, unlock"},
		{"options",
			"rights, software, names, device, header, KDF memory, mount point, filesystem!, unlock"},
		{"key", "rights, software, names, device, header, KDF memory, mount point, filesystem, unlock!"},
	};

	(void)state;
	node.failure = STATUS_DEVICE_IO;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		node.fails = rows[i][0];
		expect_parts(true, rows[i][1]);
	}
	node.fails = NULL;
	node.kdf_kib = 1001;
	node.has_user = false;
	node.read_only_device = true;
	params.map_name = "vol";
	params.given[PARAM_map_name] = true;
	mapping_make("vol", "CRYPT-LUKS2-00000000000000000000000000000001-vol");
	expect_parts(true,
		"rights, software!, names!, device!, header, KDF memory!, mount point, filesystem, unlock");
	/* The clock and conflicts are told of by whoever asks for the parts. */
	assert_int_equal(node.clock_checks, 0);
}

static void
test_without_a_key_or_root_what_needs_it_is_not_looked_at(void **state)
{
	(void)state;
	expect_parts(false,
		"rights, software, names, device, header, KDF memory, mount point, filesystem, unlock-");
	assert_false(node.key_was_tried);
	node.user = 1000;
	expect_parts(true,
		"rights!, software-, names-, device-, header-, KDF memory-, mount point-, filesystem-, unlock-");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_node_in_order_has_nothing_to_say_and_the_key_waits_for_level_20),
		CASE(test_what_the_node_lacks_is_named),
		CASE(test_each_check_that_fails_is_the_answer),
		CASE(test_memory_and_a_read_only_device_are_looked_at),
		CASE(test_names_count_only_when_a_name_is_given),
		CASE(test_our_device_under_another_name_counts_only_when_a_name_is_given),
		CASE(test_a_filesystem_that_is_not_named_is_checked_where_it_can_be_seen),
		CASE(test_a_header_that_cannot_be_read_to_its_end_is_trouble_of_the_disk),
		CASE(test_each_part_is_told_of_whatever_became_of_those_before_it),
		CASE(test_without_a_key_or_root_what_needs_it_is_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* validate-all's checks, each in its turn, on a made-up node. What reads disks or asks the kernel
 * is this file's own. */
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/bounded.h"
#include "volume/clock_check.h"
#include "volume/device_wait.h"
#include "volume/filesystem.h"
#include "volume/fsck.h"
#include "volume/kdf_memory.h"
#include "volume/kernel_module.h"
#include "volume/luks.h"
#include "volume/mountpoint.h"
#include "volume/option_check.h"
#include "volume/unlock.h"
#include "volume/volume_check.h"

#define UUID "1cb16c3d326047efb64a533c7c0653ec"
#define LUKS "CRYPT-LUKS2-" UUID "-vol"

/* The node: who runs this, what is there, what a step comes to. */
static struct node {
	uid_t user;
	bool has_helper, has_user, has_dm_crypt, read_only_device;
	uint64_t kdf_kib;
	const char *fails;
	enum status failure;
	bool key_was_tried;
	const char *inside; /* what the mapping holds */
	bool header_hangs, in_child;
	int clock_checks;
} node;

static enum status
step(const char *name, struct reason *reason)
{
	if (node.fails == NULL || strcmp(node.fails, name) != 0)
		return STATUS_OK;
	return reason_set(reason, node.failure, "%s failed", name);
}

uid_t
geteuid(void)
{
	return node.user;
}

int
access(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return node.has_helper ? 0 : -1;
}

struct passwd *
getpwnam(const char *name)
{
	static struct passwd entry;

	(void)name;
	return node.has_user ? &entry : NULL;
}

bool
kernel_module_is_there(const char *name)
{
	(void)name;
	return node.has_dm_crypt;
}

int64_t
device_wait_ms(const struct params *params)
{
	(void)params;
	return 0;
}

enum status
device_wait(const struct wanted *wanted, int64_t wait_ms, struct deadline deadline,
	struct found_device *ret_device, struct reason *reason)
{
	(void)wanted;
	(void)deadline;
	assert_int_equal(wait_ms, 0);
	*ret_device = (struct found_device){.path = "dev/nvme1n1",
		.is_read_only = node.read_only_device};
	return step("device", reason);
}

enum status
bounded_run(bounded_function *function, const char *what, void *context, size_t context_bytes,
	struct deadline deadline, struct reason *reason)
{
	(void)what;
	(void)context_bytes;
	(void)deadline;
	if (node.header_hangs)
		return reason_set(reason, STATUS_TIMED_OUT, "hangs");
	node.in_child = true;

	enum status status = function(context, reason);

	node.in_child = false;
	return status;
}

void
clock_check(void)
{
	node.clock_checks++;
}

enum status
filesystem_find(const char *path, const char *fstype, char ret_fstype[static FSTYPE_BYTES],
	struct reason *reason)
{
	assert_string_equal(path, "dev/dm-0");
	(void)fstype;
	snprintf(ret_fstype, FSTYPE_BYTES, "%s", node.inside);
	return step("inside", reason);
}

enum status
fsck_look(const char *fstype, const char *path, bool *ret_is_unclean, struct reason *reason)
{
	assert_string_equal(fstype, node.inside);
	*ret_is_unclean = path == NULL;
	return step("superblock", reason);
}

enum status
header_copy(const char *path, struct header *ret_header, struct reason *reason)
{
	(void)path;
	*ret_header = HEADER_EMPTY;
	return step("copy", reason);
}

void
header_end(struct header *header)
{
	(void)header;
}

enum status
luks_judge(const struct header *header, const char *pin, struct luks_report *ret_report,
	struct reason *reason)
{
	(void)header;
	assert_string_equal(pin, UUID);
	*ret_report = (struct luks_report){.uuid = UUID,
		.version = 2,
		.slots = 1,
		.least_kdf_kib = node.kdf_kib};
	return step("judge", reason);
}

enum status
luks_try_key(struct header *header, const struct secret *key, struct deadline deadline,
	struct reason *reason)
{
	(void)header;
	(void)key;
	(void)deadline;
	node.key_was_tried = true;
	return step("key", reason);
}

enum status
unlock_with_key(const struct params *params, const struct doer *doer, unlock_try *try,
	void *context, struct reason *reason)
{
	static const struct secret key = {0};

	(void)params;
	assert_int_equal(doer->children_fd, -1);
	return try(context, &key, reason);
}

uint64_t
kdf_memory_free_kib(void)
{
	return 1000;
}

enum status
mountpoint_check(const char *directory, struct reason *reason)
{
	assert_string_equal(directory, "/srv/vol");
	assert_true(node.in_child);
	return step("directory", reason);
}

enum status
filesystem_check_driver(const char *fstype, struct reason *reason)
{
	(void)fstype;
	return step("driver", reason);
}

enum status
fsck_check_policy(const char *policy, const char *fstype, struct reason *reason)
{
	(void)policy;
	(void)fstype;
	return step("fsck", reason);
}

enum status
option_check(const char *fstype, const char *options, struct reason *reason)
{
	(void)options;
	assert_string_equal(fstype, node.inside);
	return step("options", reason);
}

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

	node = (struct node){.has_helper = true,
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

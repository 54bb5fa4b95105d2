/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answers of linux/dm-ioctl.h, taken apart. ioctl is this file's (linked with --wrap); the
 * trees are real directories of our own, so that the module that is not loaded can be played too.
 */
#include <errno.h>
#include <linux/dm-ioctl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/dm_kernel.h"
#include "volume/roots.h"

/* This test has the real dm_kernel.c, so fake_tree.c is of no use here. */
const char sysfs_root[] = "sys";
const char proc_root[] = "proc";
const char run_root[] = "run";
const char dev_root[] = "dev";

int __wrap_ioctl(int fd, unsigned long request, void *argument);

struct played {
	const char *name, *uuid;
	uint64_t code; /* the number as the kernel writes it */
	unsigned int flags, targets, deps;
	bool is_gone;
};

static const struct played *played;
static size_t played_count;
static int list_errno;
static unsigned int list_calls;

static int
list_answer(struct dm_ioctl *request)
{
	size_t offset = request->data_start;
	struct dm_name_list *entry = NULL;

	list_calls++;
	if (list_errno != 0) {
		errno = list_errno;
		return -1;
	}
	/* Of an empty list the kernel copies out the head alone: the rest stays what the caller
	 * had. */
	for (size_t i = 0; i < played_count; i++) {
		size_t bytes = (sizeof(*entry) + strlen(played[i].name) + 1 + 7) & ~(size_t)7;

		if (offset + bytes > request->data_size) {
			request->flags |= DM_BUFFER_FULL_FLAG;
			return 0;
		}
		entry = (void *)((char *)request + offset);
		entry->dev = played[i].code;
		entry->next = i + 1 < played_count ? (uint32_t)bytes : 0;
		strcpy((char *)entry + offsetof(struct dm_name_list, name), played[i].name);
		offset += bytes;
	}
	return 0;
}

static const struct played *
played_find(uint64_t code)
{
	for (size_t i = 0; i < played_count; i++) {
		if (played[i].code == code)
			return &played[i];
	}
	return NULL;
}

int
__wrap_ioctl(int fd, unsigned long request_code, void *argument)
{
	struct dm_ioctl *request = argument;

	(void)fd;
	assert_int_equal(request->version[0], 4);
	if (request_code == DM_LIST_DEVICES)
		return list_answer(request);
	const struct played *device = played_find(request->dev);

	if (device == NULL || device->is_gone) {
		errno = ENXIO;
		return -1;
	}
	/* Nothing else may be asked: a table would hold the key. */
	assert_true(request_code == DM_DEV_STATUS || request_code == DM_TABLE_DEPS);
	if (request_code == DM_TABLE_DEPS) {
		struct dm_target_deps *deps = (void *)((char *)request + request->data_start);

		deps->count = device->deps;
		return 0;
	}
	snprintf(request->name, sizeof(request->name), "%s", device->name);
	snprintf(request->uuid, sizeof(request->uuid), "%s", device->uuid);
	request->flags = device->flags;
	request->target_count = device->targets;
	request->open_count = 2;
	return 0;
}

#define UUID "1cb16c3d326047efb64a533c7c0653ec"
#define LIVE DM_ACTIVE_PRESENT_FLAG

static const struct played ordinary[] = {
	{.name = "vol",
		.uuid = "CRYPT-LUKS2-" UUID "-vol",
		.code = 254 << 8 | 0,
		.flags = LIVE,
		.targets = 1,
		.deps = 1},
	{.name = "bare", .uuid = "CRYPT-LUKS1-" UUID, .code = 254 << 8 | 1},
	{.name = "loaded",
		.uuid = "CRYPT-PLAIN-x",
		.code = 254 << 8 | 2,
		.flags = DM_INACTIVE_PRESENT_FLAG},
	{.name = "error",
		.uuid = "CRYPT-LUKS2-" UUID "-error",
		.code = 254 << 8 | 3,
		.flags = LIVE,
		.targets = 1,
		.deps = 0},
	{.name = "lv",
		.uuid = "LVM-x",
		.code = 0x10000000ULL | 254 << 8 | 4,
		.flags = LIVE | DM_SUSPEND_FLAG | DM_READONLY_FLAG,
		.targets = 1},
	{.name = "odd", .uuid = "CRYPT-LUKS2-" UUID "0-odd", .code = 254 << 8 | 5},
	{.name = "gone", .uuid = "", .code = 254 << 8 | 6, .is_gone = true},
};

static int
begin(void **state)
{
	static char directory[] = "/tmp/luks-ssm-XXXXXX";

	memcpy(strrchr(directory, '-'), "-XXXXXX", 7);
	*state = directory;
	/* Memory that is not asked to be empty is not. */
	mallopt(M_PERTURB, 0x5a);
	played = ordinary;
	played_count = sizeof(ordinary) / sizeof(ordinary[0]);
	list_errno = 0;
	list_calls = 0;
	if (mkdtemp(directory) == NULL || chdir(directory) != 0 || mkdir("sys", 0700) != 0 ||
		mkdir("sys/class", 0700) != 0 || mkdir("sys/class/misc", 0700) != 0 ||
		mkdir("sys/class/misc/device-mapper", 0700) != 0 || mkdir("dev", 0700) != 0 ||
		mkdir("dev/mapper", 0700) != 0)
		return -1;
	FILE *control = fopen("dev/mapper/control", "we");

	return control != NULL ? fclose(control) : -1;
}

static int
end(void **state)
{
	unlink("dev/mapper/control");
	rmdir("dev/mapper");
	rmdir("dev");
	rmdir("sys/class/misc/device-mapper");
	rmdir("sys/class/misc");
	rmdir("sys/class");
	rmdir("sys");
	return chdir("/") == 0 ? rmdir(*state) : -1;
}

static void
each_device_is_read_and_one_that_vanished_is_left_out(void **state)
{
	owned_by(dm_devices_end) struct dm_list list = {0};

	(void)state;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_OK);
	assert_int_equal(list.count, 6);
	assert_string_equal(list.devices[0].name, "vol");
	assert_string_equal(list.devices[0].luks_uuid, UUID);
	assert_int_equal(list.devices[0].number, makedev(254, 0));
	assert_true(list.devices[0].has_table);
	assert_int_equal(list.devices[0].open_count, 2);
}

static void
a_device_without_a_table_is_seen(void **state)
{
	owned_by(dm_devices_end) struct dm_list list = {0};

	(void)state;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_OK);
	assert_string_equal(list.devices[1].luks_uuid, UUID);
	assert_false(list.devices[1].has_table);
	assert_false(list.devices[1].has_inactive_table);
	assert_true(list.devices[2].has_inactive_table);
	assert_string_equal(list.devices[2].luks_uuid, "");
}

static void
the_error_target_is_no_table_of_a_luks_mapping(void **state)
{
	owned_by(dm_devices_end) struct dm_list list = {0};

	(void)state;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_OK);
	assert_false(list.devices[3].has_table);
}

static void
flags_and_large_minors_are_taken_apart(void **state)
{
	owned_by(dm_devices_end) struct dm_list list = {0};

	(void)state;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_OK);
	assert_true(list.devices[4].is_suspended);
	assert_true(list.devices[4].is_read_only);
	assert_int_equal(list.devices[4].number, makedev(254, 0x10004));
	/* 33 digits are no UUID. */
	assert_string_equal(list.devices[5].luks_uuid, "");
}

static void
an_empty_list_is_empty(void **state)
{
	struct dm_list list = {0};

	(void)state;
	played_count = 0;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_OK);
	assert_int_equal(list.count, 0);
}

static void
a_list_that_does_not_fit_is_asked_for_again(void **state)
{
	static struct played many[1000];
	static char names[1000][40];
	owned_by(dm_devices_end) struct dm_list list = {0};

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]), "a-name-that-is-rather-long-%zu", i);
		many[i] = (struct played){.name = names[i],
			.uuid = "",
			.code = (254 << 8) | (i & 0xff) | ((i & ~(size_t)0xff) << 12)};
	}
	played = many;
	played_count = 1000;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_OK);
	assert_int_equal(list.count, 1000);
	assert_string_equal(list.devices[999].name, names[999]);
	assert_int_equal(list.devices[999].number, makedev(254, 999));
	assert_true(list_calls > 1);
}

static void
without_the_module_there_is_nothing_and_nothing_is_opened(void **state)
{
	struct dm_list list = {0};

	(void)state;
	assert_int_equal(rmdir("sys/class/misc/device-mapper"), 0);
	list_errno = EIO;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_OK);
	assert_int_equal(list.count, 0);
	assert_int_equal(list_calls, 0);
}

static void
without_sysfs_or_node_or_rights_it_is_unreadable(void **state)
{
	struct dm_list list = {0};
	struct reason reason = {0};

	(void)state;
	list_errno = EACCES;
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, &reason), STATUS_UNREADABLE);
	assert_non_null(strstr(reason.text, "root"));
	assert_int_equal(unlink("dev/mapper/control"), 0);
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_UNREADABLE);
	assert_int_equal(rename("sys/class", "sys/other"), 0);
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, NULL), STATUS_UNREADABLE);
	assert_int_equal(rename("sys/other", "sys/class"), 0);
}

/* A node without memory could answer so, and would then be believed to have no mapping. */
static void
a_look_for_the_module_that_fails_is_no_absence(void **state)
{
	struct dm_list list = {0};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(rmdir("sys/class/misc/device-mapper"), 0);
	assert_int_equal(symlink("device-mapper", "sys/class/misc/device-mapper"), 0);
	assert_int_equal(dm_kernel_read(&list.devices, &list.count, &reason), STATUS_UNREADABLE);
	assert_non_null(strstr(reason.text, "sys/class/misc/device-mapper"));
	assert_int_equal(unlink("sys/class/misc/device-mapper"), 0);
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(each_device_is_read_and_one_that_vanished_is_left_out),
		WITH_TREE(a_device_without_a_table_is_seen),
		WITH_TREE(the_error_target_is_no_table_of_a_luks_mapping),
		WITH_TREE(flags_and_large_minors_are_taken_apart),
		WITH_TREE(an_empty_list_is_empty),
		WITH_TREE(a_list_that_does_not_fit_is_asked_for_again),
		WITH_TREE(without_the_module_there_is_nothing_and_nothing_is_opened),
		WITH_TREE(without_sysfs_or_node_or_rights_it_is_unreadable),
		WITH_TREE(a_look_for_the_module_that_fails_is_no_absence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removing a mapping: what is tried again, what is left alone, and who does it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libcryptsetup.h>

#include "volume/bounded.h"
#include "volume/close.h"
#include "volume/dm_change.h"

static struct {
	int busy_tries;           /* how many removals find it busy; -1: all */
	bool is_gone;             /* or replaced by another one */
	struct dm_device below;   /* what the mapping stands on, in the kernel's list */
	enum status child_status; /* what becomes of the child, when it does not answer */
	int removals, deactivations;
} kernel;

enum status __wrap_mapping_is_there(const char *name, const char *uuid, dev_t number,
	bool *ret_is_it, struct reason *reason);
enum status __wrap_mapping_remove(const char *name, struct reason *reason);
enum status __wrap_dm_list_read(struct dm_list *ret_list, struct reason *reason);
enum status __wrap_bounded_run(bounded_function *function, const char *what, void *context,
	size_t context_bytes, struct deadline deadline, struct reason *reason);
int __wrap_crypt_deactivate(struct crypt_device *device, const char *name);

enum status
__wrap_mapping_is_there(const char *name, const char *uuid, dev_t number, bool *ret_is_it,
	struct reason *reason)
{
	(void)name, (void)uuid, (void)number, (void)reason;
	*ret_is_it = !kernel.is_gone;
	return STATUS_OK;
}

enum status
__wrap_mapping_remove(const char *name, struct reason *reason)
{
	kernel.removals++;
	if (kernel.busy_tries < 0 || kernel.removals <= kernel.busy_tries)
		return mapping_error(EBUSY, "remove", name, reason);
	return STATUS_OK;
}

enum status
__wrap_dm_list_read(struct dm_list *ret_list, struct reason *reason)
{
	(void)reason;
	*ret_list = (struct dm_list){.devices = malloc(sizeof(kernel.below)), .count = 1};
	assert_non_null(ret_list->devices);
	*ret_list->devices = kernel.below;
	return STATUS_OK;
}

enum status
__wrap_bounded_run(bounded_function *function, const char *what, void *context,
	size_t context_bytes, struct deadline deadline, struct reason *reason)
{
	(void)what, (void)deadline;
	assert_int_equal(context_bytes, sizeof(struct dm_device));
	if (kernel.child_status == STATUS_OK)
		return function(context, reason);
	kernel.is_gone = true;
	return reason_set(reason, kernel.child_status, "no answer");
}

int
__wrap_crypt_deactivate(struct crypt_device *device, const char *name)
{
	assert_null(device);
	assert_string_equal(name, "vol");
	kernel.deactivations++;
	return 0;
}

static int
kernel_begin(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

/* On a disk, or on another mapping of the uuid that the kernel's list has. */
static struct dm_device
mapping_on(const char *slave_name)
{
	struct dm_device mapping = {.name = "vol",
		.uuid = "CRYPT-LUKS2-1-vol",
		.luks_uuid = "1",
		.number = 64769,
		.slave = DM_SLAVE_ALIVE,
		.slave_number = 64768};

	strcpy(mapping.slave_name, slave_name);
	kernel.below.number = mapping.slave_number;
	return mapping;
}

static void
one_that_is_gone_or_replaced_is_closed(void **state)
{
	struct dm_device mapping = mapping_on("nvme1n1");

	(void)state;
	kernel.is_gone = true;
	assert_int_equal(close_mapping(&mapping, deadline_in_ms(1000), NULL), STATUS_OK);
	assert_int_equal(kernel.removals, 0);
}

static void
short_openings_are_outlasted(void **state)
{
	struct dm_device mapping = mapping_on("nvme1n1");
	struct reason reason = {0};

	(void)state;
	kernel.busy_tries = 3;
	assert_int_equal(close_mapping(&mapping, deadline_in_ms(60000), &reason), STATUS_OK);
	assert_int_equal(kernel.removals, 4);
	assert_string_equal(reason.text, "");
}

static void
one_that_stays_busy_is_named_at_the_deadline(void **state)
{
	struct dm_device mapping = mapping_on("nvme1n1");
	struct reason reason = {0};
	int64_t begun_ms = clock_now_ms();

	(void)state;
	kernel.busy_tries = -1;
	assert_int_equal(close_mapping(&mapping, deadline_in_ms(200), &reason), STATUS_BUSY);
	assert_true(clock_now_ms() - begun_ms >= 199);
	assert_true(kernel.removals > 1);
	assert_non_null(strstr(reason.text, "vol"));
}

static void
one_try_is_one_try(void **state)
{
	struct dm_device mapping = mapping_on("nvme1n1");

	(void)state;
	kernel.busy_tries = -1;
	assert_int_equal(close_mapping_once(&mapping, deadline_in_ms(60000), NULL), STATUS_BUSY);
	assert_int_equal(kernel.removals, 1);
}

static void
helpers_of_the_library_go_with_their_mapping(void **state)
{
	struct dm_device mapping = mapping_on("dm-0");

	(void)state;
	strcpy(kernel.below.uuid, "CRYPT-INTEGRITY-vol_dif");
	assert_int_equal(close_mapping_once(&mapping, deadline_in_ms(60000), NULL), STATUS_OK);
	assert_int_equal(kernel.deactivations, 1);
	assert_int_equal(kernel.removals, 0);
}

static void
what_is_no_helper_below_stays(void **state)
{
	struct dm_device mapping = mapping_on("dm-0");

	(void)state;
	strcpy(kernel.below.uuid, "LVM-abc");
	assert_int_equal(close_mapping_once(&mapping, deadline_in_ms(60000), NULL), STATUS_OK);
	strcpy(kernel.below.uuid, "CRYPT-LUKS2-2-theirs");
	strcpy(kernel.below.luks_uuid, "2");
	assert_int_equal(close_mapping_once(&mapping, deadline_in_ms(60000), NULL), STATUS_OK);
	assert_int_equal(kernel.deactivations, 0);
	assert_int_equal(kernel.removals, 2);
}

/* The library waits for udev without limit; the kernel's list tells that the mapping went. */
static void
a_child_that_does_not_answer_is_no_failure_when_the_mapping_is_gone(void **state)
{
	struct dm_device mapping = mapping_on("dm-0");
	struct reason reason = {0};

	(void)state;
	strcpy(kernel.below.uuid, "CRYPT-INTEGRITY-vol_dif");
	kernel.child_status = STATUS_TIMED_OUT;
	assert_int_equal(close_mapping_once(&mapping, deadline_in_ms(60000), &reason), STATUS_OK);
	assert_string_equal(reason.text, "");
}

#define WITH_KERNEL(fact) cmocka_unit_test_setup(fact, kernel_begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KERNEL(one_that_is_gone_or_replaced_is_closed),
		WITH_KERNEL(short_openings_are_outlasted),
		WITH_KERNEL(one_that_stays_busy_is_named_at_the_deadline),
		WITH_KERNEL(one_try_is_one_try),
		WITH_KERNEL(helpers_of_the_library_go_with_their_mapping),
		WITH_KERNEL(what_is_no_helper_below_stays),
		WITH_KERNEL(a_child_that_does_not_answer_is_no_failure_when_the_mapping_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

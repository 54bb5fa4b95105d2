/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A suspended mapping at stop: who gets time, and what is resumed. The kernel is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "volume/bounded.h"
#include "volume/dm_change.h"
#include "volume/suspended.h"

static struct {
	struct dm_device mapping;
	int looks_until_resumed; /* the owner resumes at this look; 0: never */
	enum status look_status;
	enum status resume_status;
	int looks, resumes;
} kernel;

enum status __wrap_dm_list_read(struct dm_list *ret_list, struct reason *reason);
enum status __wrap_mapping_resume(const char *name, struct reason *reason);
enum status __wrap_bounded_run(bounded_function *function, const char *what, void *context,
	size_t context_bytes, struct deadline deadline, struct reason *reason);

enum status
__wrap_dm_list_read(struct dm_list *ret_list, struct reason *reason)
{
	kernel.looks++;
	if (kernel.look_status != STATUS_OK)
		return reason_set(reason, kernel.look_status, "no list");
	if (kernel.looks == kernel.looks_until_resumed)
		kernel.mapping.is_suspended = false;
	*ret_list = (struct dm_list){.devices = malloc(sizeof(kernel.mapping)), .count = 1};
	assert_non_null(ret_list->devices);
	*ret_list->devices = kernel.mapping;
	return STATUS_OK;
}

enum status
__wrap_mapping_resume(const char *name, struct reason *reason)
{
	assert_string_equal(name, kernel.mapping.name);
	kernel.resumes++;
	return kernel.resume_status == STATUS_OK
		? STATUS_OK
		: reason_set(reason, kernel.resume_status, "no key");
}

/* Without the child, so that the test sees what it does. */
enum status
__wrap_bounded_run(bounded_function *function, const char *what, void *context,
	size_t context_bytes, struct deadline deadline, struct reason *reason)
{
	(void)what;
	assert_int_equal(context_bytes, sizeof(struct dm_device));
	assert_true(deadline_left_ms(deadline) <= 10000);
	return function(context, reason);
}

static int
kernel_begin(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.mapping = (struct dm_device){.name = "vol",
		.uuid = "CRYPT-LUKS2-1-vol",
		.number = 64768,
		.is_suspended = true};
	return 0;
}

static enum status
settle(int64_t left_ms, struct reason *reason)
{
	const struct dm_device seen = {.name = "vol",
		.uuid = "CRYPT-LUKS2-1-vol",
		.number = 64768,
		.is_suspended = true};

	return suspended_settle(&seen, deadline_in_ms(left_ms), reason);
}

static void
an_owner_that_resumes_is_waited_for(void **state)
{
	struct reason reason = {0};

	(void)state;
	kernel.looks_until_resumed = 2;
	assert_int_equal(settle(60000, &reason), STATUS_OK);
	assert_int_equal(kernel.looks, 2);
	assert_int_equal(kernel.resumes, 0);
}

static void
one_that_stays_suspended_is_resumed_once(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(settle(600, &reason), STATUS_OK);
	assert_int_equal(kernel.resumes, 1);
}

static void
the_owner_gets_no_more_than_half_of_the_time(void **state)
{
	int64_t begun_ms = clock_now_ms();

	(void)state;
	assert_int_equal(settle(1000, NULL), STATUS_OK);
	assert_true(clock_now_ms() - begun_ms >= 499);
	/* Ten looks fill all of it. */
	assert_true(kernel.looks <= 5);
}

static void
a_table_that_waits_is_left_to_its_owner(void **state)
{
	struct reason reason = {0};

	(void)state;
	kernel.mapping.has_inactive_table = true;
	assert_int_equal(settle(500, &reason), STATUS_SUSPENDED);
	assert_int_equal(kernel.resumes, 0);
	assert_non_null(strstr(reason.text, "vol"));
}

static void
one_that_lost_its_key_stays_suspended(void **state)
{
	struct reason reason = {0};

	(void)state;
	kernel.resume_status = STATUS_SUSPENDED;
	assert_int_equal(settle(300, &reason), STATUS_SUSPENDED);
	assert_int_equal(kernel.resumes, 1);
}

static void
one_that_was_replaced_meanwhile_is_not_touched(void **state)
{
	(void)state;
	strcpy(kernel.mapping.uuid, "CRYPT-LUKS2-2-vol");
	assert_int_equal(settle(60000, NULL), STATUS_OK);
	assert_int_equal(kernel.resumes, 0);
}

static void
one_that_is_gone_is_settled(void **state)
{
	(void)state;
	kernel.mapping.number = 1;
	assert_int_equal(settle(60000, NULL), STATUS_OK);
	assert_int_equal(kernel.looks, 1);
	assert_int_equal(kernel.resumes, 0);
}

static void
what_cannot_be_read_is_not_resumed(void **state)
{
	struct reason reason = {0};

	(void)state;
	kernel.look_status = STATUS_UNREADABLE;
	assert_int_equal(settle(60000, &reason), STATUS_UNREADABLE);
	assert_int_equal(reason.status, STATUS_UNREADABLE);
	assert_int_equal(kernel.resumes, 0);
}

#define WITH_KERNEL(fact) cmocka_unit_test_setup(fact, kernel_begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KERNEL(an_owner_that_resumes_is_waited_for),
		WITH_KERNEL(one_that_stays_suspended_is_resumed_once),
		WITH_KERNEL(the_owner_gets_no_more_than_half_of_the_time),
		WITH_KERNEL(a_table_that_waits_is_left_to_its_owner),
		WITH_KERNEL(one_that_lost_its_key_stays_suspended),
		WITH_KERNEL(one_that_was_replaced_meanwhile_is_not_touched),
		WITH_KERNEL(one_that_is_gone_is_settled),
		WITH_KERNEL(what_cannot_be_read_is_not_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

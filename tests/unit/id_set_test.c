/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small set of numbers: what is in it, once, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "volume/id_set.h"

static void
an_empty_set_has_nothing(void **state)
{
	owned_id_set set = {0};

	(void)state;
	assert_false(id_set_has(&set, 0));
	assert_false(id_set_has(&set, UINT64_MAX));
}

static void
a_set_has_what_was_added_and_nothing_else(void **state)
{
	owned_id_set set = {0};

	(void)state;
	for (uint64_t id = 0; id < 200; id += 2)
		assert_int_equal(id_set_add(&set, id), STATUS_OK);
	assert_int_equal(id_set_add(&set, UINT64_MAX), STATUS_OK);
	for (uint64_t id = 0; id < 200; id++)
		assert_int_equal(id_set_has(&set, id), id % 2 == 0);
	assert_true(id_set_has(&set, UINT64_MAX));
	assert_false(id_set_has(&set, UINT64_MAX - 1));
}

static void
a_number_is_in_it_once(void **state)
{
	owned_id_set set = {0};

	(void)state;
	assert_int_equal(id_set_add(&set, 7), STATUS_OK);
	assert_int_equal(id_set_add(&set, 8), STATUS_OK);
	assert_int_equal(id_set_add(&set, 7), STATUS_OK);
	assert_int_equal(set.count, 2);
}

static void
an_ended_set_is_empty_and_can_be_used_again(void **state)
{
	owned_id_set set = {0};

	(void)state;
	assert_int_equal(id_set_add(&set, 7), STATUS_OK);
	id_set_end(&set);
	assert_false(id_set_has(&set, 7));
	id_set_end(&set);
	assert_int_equal(id_set_add(&set, 9), STATUS_OK);
	assert_true(id_set_has(&set, 9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_set_has_nothing),
		cmocka_unit_test(a_set_has_what_was_added_and_nothing_else),
		cmocka_unit_test(a_number_is_in_it_once),
		cmocka_unit_test(an_ended_set_is_empty_and_can_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

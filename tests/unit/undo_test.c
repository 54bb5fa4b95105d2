/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about undoing: only what this very start did, as its phases tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "volume/undo.h"

#define BIT(phase) (UINT32_C(1) << (phase))

static bool
needed(bool had_mapping, uint32_t entered, enum phase last, enum status failure)
{
	struct before before = {.had_mapping = had_mapping};
	struct doer_report report = {.entered = entered, .last = last};

	return undo_is_needed(&(struct undo){.before = &before,
		.report = &report,
		.failure = failure});
}

static void
a_start_that_never_came_to_the_mapping_has_nothing_to_undo(void **state)
{
	(void)state;
	assert_false(needed(false, BIT(PHASE_LOOKING) | BIT(PHASE_FETCHING_KEY), PHASE_FETCHING_KEY,
		STATUS_DENIED));
}

static void
a_start_killed_while_mapping_may_have_made_it(void **state)
{
	(void)state;
	assert_true(needed(false, BIT(PHASE_MAPPING), PHASE_MAPPING, STATUS_TIMED_OUT));
	assert_true(needed(false, BIT(PHASE_MAPPING), PHASE_MAPPING, STATUS_INTERNAL));
	assert_true(needed(false, BIT(PHASE_UNLOCKING), PHASE_UNLOCKING, STATUS_TIMED_OUT));
}

/* The kernel may have refused only the table; what is there is looked at in volume_test. */
static void
a_refused_activation_may_have_left_a_mapping_without_a_table(void **state)
{
	(void)state;
	assert_true(needed(false, BIT(PHASE_UNLOCKING), PHASE_UNLOCKING, STATUS_NAME_TAKEN));
	assert_true(needed(false, BIT(PHASE_MAPPING), PHASE_MAPPING, STATUS_OTHER_NAME));
	assert_false(needed(true, BIT(PHASE_UNLOCKING), PHASE_UNLOCKING, STATUS_NAME_TAKEN));
}

static void
a_mapping_that_was_open_before_stays(void **state)
{
	(void)state;
	assert_false(needed(true, BIT(PHASE_CHECKING_FILESYSTEM), PHASE_CHECKING_FILESYSTEM,
		STATUS_NEEDS_FSCK));
}

static void
a_mount_on_a_mapping_that_was_open_before_is_undone(void **state)
{
	(void)state;
	assert_true(needed(true, BIT(PHASE_MOUNTING) | BIT(PHASE_PROVING), PHASE_PROVING,
		STATUS_PARTLY_UP));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_that_never_came_to_the_mapping_has_nothing_to_undo),
		cmocka_unit_test(a_start_killed_while_mapping_may_have_made_it),
		cmocka_unit_test(a_refused_activation_may_have_left_a_mapping_without_a_table),
		cmocka_unit_test(a_mapping_that_was_open_before_stays),
		cmocka_unit_test(a_mount_on_a_mapping_that_was_open_before_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The work of stop, with a look and a takedown that the test plays: what is taken down, and what is
 * no proof. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "volume/takedown.h"
#include "volume/volume.h"

static struct {
	enum state state; /* when no mapping of ours is left */
	const char *words;
	int mappings; /* of ours; each takedown removes one, unless it refuses */
	enum status refusal;
	int looks, takedowns;
} played;

static struct dm_device mapping = {.name = "vol"};
static const struct params params = {.force_unmount = "safe"};
static const struct wanted wanted = {.params = &params, .instance = "vol"};

void __wrap_view_take(const struct wanted *asked, struct deadline deadline, struct view *ret_view);
enum status __wrap_takedown_mapping(const struct doer *doer, const struct dm_device *ours,
	struct signal_plan *plan, struct reason *reason);

void
__wrap_view_take(const struct wanted *asked, struct deadline deadline, struct view *ret_view)
{
	(void)asked;
	(void)deadline;
	played.looks++;
	*ret_view = (struct view){.state = played.mappings > 0 ? STATE_ACTIVE : played.state};
	if (played.mappings > 0)
		ret_view->ours = &mapping;
	else if (played.words != NULL)
		reason_set(&ret_view->reason, STATUS_DOUBT, "%s", played.words);
}

enum status
__wrap_takedown_mapping(const struct doer *doer, const struct dm_device *ours,
	struct signal_plan *plan, struct reason *reason)
{
	(void)doer;
	(void)plan;
	assert_ptr_equal(ours, &mapping);
	played.takedowns++;
	if (played.refusal != STATUS_OK)
		return reason_set(reason, played.refusal, "refused");
	played.mappings--;
	return STATUS_OK;
}

static enum status
down(struct reason *reason)
{
	const struct doer doer = {.phase_fd = -1,
		.children_fd = -1,
		.deadline = deadline_in_ms(10000)};

	memset(reason, 0, sizeof(*reason));
	return volume_down(&wanted, &doer, reason);
}

static int
begin(void **state)
{
	(void)state;
	memset(&played, 0, sizeof(played));
	played.state = STATE_ABSENT;
	return 0;
}

static void
nothing_of_ours_is_done_at_once(void **state)
{
	struct reason reason;

	(void)state;
	assert_int_equal(down(&reason), STATUS_OK);
	played.state = STATE_TAKEN;
	assert_int_equal(down(&reason), STATUS_OK);
	assert_int_equal(played.takedowns, 0);
}

static void
success_is_what_a_look_after_the_takedown_finds(void **state)
{
	struct reason reason;

	(void)state;
	played.mappings = 1;
	assert_int_equal(down(&reason), STATUS_OK);
	assert_int_equal(played.takedowns, 1);
	assert_int_equal(played.looks, 2);
	/* It went, and what the second look finds is doubt. */
	played.mappings = 1;
	played.state = STATE_DOUBT;
	assert_int_equal(down(&reason), STATUS_DOUBT);
}

static void
every_mapping_of_the_device_goes(void **state)
{
	struct reason reason;

	(void)state;
	played.mappings = 3;
	assert_int_equal(down(&reason), STATUS_OK);
	assert_int_equal(played.takedowns, 3);
}

static void
mappings_without_end_end_the_work(void **state)
{
	struct reason reason;

	(void)state;
	played.mappings = 1000;
	assert_int_equal(down(&reason), STATUS_BUSY);
	assert_true(played.takedowns < 100);
}

static void
doubt_and_a_look_that_failed_are_no_absence(void **state)
{
	struct reason reason;

	(void)state;
	played.state = STATE_DOUBT;
	assert_int_equal(down(&reason), STATUS_DOUBT);
	assert_true(reason.text[0] != '\0');
	played.words = "may be ours or not";
	assert_int_equal(down(&reason), STATUS_DOUBT);
	assert_non_null(strstr(reason.text, "may be ours or not"));
	played.words = NULL;
	played.state = STATE_UNREADABLE;
	assert_int_equal(down(&reason), STATUS_UNREADABLE);
	assert_int_equal(played.takedowns, 0);
}

static void
a_refusal_is_handed_on_as_it_is(void **state)
{
	struct reason reason;

	(void)state;
	played.mappings = 1;
	played.refusal = STATUS_SUSPENDED;
	assert_int_equal(down(&reason), STATUS_SUSPENDED);
	assert_string_equal(reason.text, "suspended: refused");
	assert_int_equal(played.takedowns, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_of_ours_is_done_at_once, begin),
		cmocka_unit_test_setup(success_is_what_a_look_after_the_takedown_finds, begin),
		cmocka_unit_test_setup(every_mapping_of_the_device_goes, begin),
		cmocka_unit_test_setup(mappings_without_end_end_the_work, begin),
		cmocka_unit_test_setup(doubt_and_a_look_that_failed_are_no_absence, begin),
		cmocka_unit_test_setup(a_refusal_is_handed_on_as_it_is, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

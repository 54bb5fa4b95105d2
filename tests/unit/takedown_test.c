/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts about the order in which a mapping is taken down. The kernel is played by the functions
 * below, which take the place of the library's at link time.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "volume/close.h"
#include "volume/holders.h"
#include "volume/namespaces.h"
#include "volume/suspended.h"
#include "volume/takedown.h"
#include "volume/unmount.h"

/* What the played kernel does next and what was asked of it. The one mutable thing of this program.
 */
static struct {
	int busy_unmounts;
	int busy_closes;
	int busy_namespaces;
	size_t users;
	bool user_is_spared;
	enum status settled;
	int unmounts, closes, namespaces, entered, searches, rounds, settles;
} played;

enum status
mount_list_read(const char *path, dev_t device, struct mount_list *ret_list, struct reason *reason)
{
	(void)path;
	(void)device;
	(void)reason;
	*ret_list = (struct mount_list){0};
	return STATUS_OK;
}

void
mount_list_end(struct mount_list *list)
{
	(void)list;
}

enum status
unmount_all(const char *mountinfo, const struct footprint *footprint, const struct id_set *kept,
	struct reason *reason)
{
	(void)mountinfo;
	(void)footprint;
	(void)kept;
	if (played.unmounts++ < played.busy_unmounts)
		return reason_set(reason, STATUS_BUSY, "/srv cannot be unmounted");
	return STATUS_OK;
}

enum status
close_mapping_once(const struct dm_device *mapping, struct deadline deadline, struct reason *reason)
{
	(void)deadline;
	if (played.closes++ < played.busy_closes)
		return reason_set(reason, STATUS_BUSY, "mapping %s is in use", mapping->name);
	return STATUS_OK;
}

enum status
namespaces_unmount(struct footprint *footprint, bool enter_all, struct deadline deadline,
	struct reason *reason)
{
	(void)footprint;
	(void)deadline;
	played.entered += enter_all ? 1 : 0;
	if (played.namespaces++ < played.busy_namespaces)
		return reason_set(reason, STATUS_BUSY, "another mount namespace keeps it");
	return STATUS_OK;
}

enum status
holder_list_find(const struct footprint *footprint, bool may_block, struct deadline deadline,
	struct holder_list *ret_list, struct reason *reason)
{
	static struct volume_user user = {.pid = 812,
		.pid_fd = -1,
		.name = "postgres",
		.unit = "postgresql.service"};

	(void)footprint;
	(void)may_block;
	(void)reason;
	played.searches++;
	user.is_spared = played.user_is_spared;
	/* As the real one: what is not found in time is not found. */
	*ret_list = (struct holder_list){&user, deadline_passed(deadline) ? 0 : played.users};
	return STATUS_OK;
}

void
holder_list_words(const struct holder_list *list, char *ret_text, size_t room_bytes)
{
	snprintf(ret_text, room_bytes, "%s",
		list->count > 0 ? "pid 812 (postgres)" : "nobody that can be seen");
}

void
holder_list_end(struct holder_list *list)
{
	(void)list;
}

bool
signal_plan_round(struct signal_plan *plan, const struct holder_list *list,
	struct deadline deadline)
{
	(void)plan;
	(void)deadline;
	played.rounds++;
	return list->count > 0 && !list->holders[0].is_spared;
}

enum status
suspended_settle(const struct dm_device *mapping, struct deadline deadline, struct reason *reason)
{
	(void)deadline;
	played.settles++;
	if (played.settled != STATUS_OK)
		return reason_set(reason, played.settled, "mapping %s is suspended", mapping->name);
	return STATUS_OK;
}

static const struct dm_device mapping = {.name = "data", .number = 0xfe03, .has_table = true};

static enum status
take_down(const struct dm_device *device, size_t signals, int64_t limit_ms, struct reason *reason)
{
	struct doer doer = {.phase_fd = -1,
		.children_fd = -1,
		.deadline = deadline_in_ms(limit_ms)};
	struct signal_plan plan = {.signals = {15, 9}, .count = signals};

	return takedown_mapping(&doer, device, &plan, reason);
}

static int
forget(void **state)
{
	(void)state;
	memset(&played, 0, sizeof(played));
	return 0;
}

static void
an_idle_volume_costs_one_unmount_and_one_removal(void **state)
{
	(void)state;
	assert_int_equal(take_down(&mapping, 2, 5000, NULL), STATUS_OK);
	assert_int_equal(played.unmounts, 1);
	assert_int_equal(played.closes, 1);
	assert_int_equal(played.namespaces + played.searches + played.rounds, 0);
}

static void
a_refused_removal_looks_into_the_namespaces_first(void **state)
{
	(void)state;
	played.busy_closes = 1;
	assert_int_equal(take_down(&mapping, 2, 5000, NULL), STATUS_OK);
	assert_int_equal(played.namespaces, 1);
	assert_int_equal(played.closes, 2);
	assert_int_equal(played.searches, 0);
}

static void
a_short_opening_is_waited_for_without_a_search(void **state)
{
	(void)state;
	played.busy_closes = 5;
	assert_int_equal(take_down(&mapping, 2, 5000, NULL), STATUS_OK);
	assert_int_equal(played.searches, 0);
}

static void
a_mapping_is_never_removed_while_it_is_mounted_here(void **state)
{
	(void)state;
	played.busy_unmounts = 1000;
	played.users = 1;
	played.user_is_spared = true;
	assert_int_equal(take_down(&mapping, 2, 300, NULL), STATUS_BUSY);
	assert_int_equal(played.closes, 0);
}

static void
users_are_signalled_until_the_unmount_succeeds(void **state)
{
	(void)state;
	played.busy_unmounts = 2;
	played.users = 1;
	assert_int_equal(take_down(&mapping, 2, 5000, NULL), STATUS_OK);
	assert_int_equal(played.rounds, 2);
	assert_int_equal(played.unmounts, 3);
}

static void
a_user_that_outlives_every_signal_is_named(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.busy_unmounts = INT_MAX;
	played.users = 1;
	assert_int_equal(take_down(&mapping, 2, 100, &reason), STATUS_BUSY);
	assert_true(played.rounds > 1);
	assert_non_null(strstr(reason.text, "in use by pid 812 (postgres)"));
}

static void
nobody_is_signalled_without_signals(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.busy_unmounts = 1000;
	played.users = 1;
	assert_int_equal(take_down(&mapping, 0, 300, &reason), STATUS_BUSY);
	assert_int_equal(played.rounds, 0);
	assert_non_null(strstr(reason.text, "in use by pid 812 (postgres)"));
	assert_non_null(strstr(reason.text, "force_unmount"));
}

static void
the_reason_keeps_what_was_refused_when_nobody_is_seen(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.busy_unmounts = 1000;
	assert_int_equal(take_down(&mapping, 2, 300, &reason), STATUS_BUSY);
	assert_string_equal(reason.text, "busy: /srv cannot be unmounted");
}

static void
a_search_is_followed_by_a_look_from_inside_each_namespace(void **state)
{
	(void)state;
	played.busy_unmounts = 2;
	played.users = 1;
	assert_int_equal(take_down(&mapping, 2, 5000, NULL), STATUS_OK);
	assert_int_equal(played.entered, 1);
}

static void
a_suspended_mapping_that_stays_so_is_not_touched(void **state)
{
	struct dm_device suspended = mapping;
	struct reason reason = {0};

	(void)state;
	suspended.is_suspended = true;
	played.settled = STATUS_SUSPENDED;
	assert_int_equal(take_down(&suspended, 2, 5000, &reason), STATUS_SUSPENDED);
	assert_int_equal(played.unmounts + played.closes, 0);
}

static void
a_mapping_without_a_table_is_removed_even_suspended(void **state)
{
	struct dm_device unfinished = mapping;

	(void)state;
	unfinished.is_suspended = true;
	unfinished.has_table = false;
	assert_int_equal(take_down(&unfinished, 2, 5000, NULL), STATUS_OK);
	assert_int_equal(played.settles, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_idle_volume_costs_one_unmount_and_one_removal, forget),
		cmocka_unit_test_setup(a_refused_removal_looks_into_the_namespaces_first, forget),
		cmocka_unit_test_setup(a_short_opening_is_waited_for_without_a_search, forget),
		cmocka_unit_test_setup(a_mapping_is_never_removed_while_it_is_mounted_here, forget),
		cmocka_unit_test_setup(users_are_signalled_until_the_unmount_succeeds, forget),
		cmocka_unit_test_setup(a_user_that_outlives_every_signal_is_named, forget),
		cmocka_unit_test_setup(nobody_is_signalled_without_signals, forget),
		cmocka_unit_test_setup(the_reason_keeps_what_was_refused_when_nobody_is_seen,
			forget),
		cmocka_unit_test_setup(a_search_is_followed_by_a_look_from_inside_each_namespace,
			forget),
		cmocka_unit_test_setup(a_suspended_mapping_that_stays_so_is_not_touched, forget),
		cmocka_unit_test_setup(a_mapping_without_a_table_is_removed_even_suspended, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

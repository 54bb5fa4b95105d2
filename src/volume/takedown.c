/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking one mapping down. See takedown.h.
 */
#include "volume/takedown.h"

#include "base/log.h"
#include "volume/close.h"
#include "volume/footprint.h"
#include "volume/holders.h"
#include "volume/mounts.h"
#include "volume/namespaces.h"
#include "volume/suspended.h"
#include "volume/unmount.h"

/* After an unmount udev looks at the device for some milliseconds: not worth a walk over all
 * processes. */
#define GLANCE_MS 300
#define GLANCE_PAUSE_MS 10
/* Whoever is still there after this long, and cannot be signalled, does not go by itself (udev,
 * blkid, lsblk do). */
#define PATIENCE_MS 5000
#define PATIENCE_PAUSE_MS 200
/* A disk that is slow keeps udev longer: it reads signatures at both ends of a new mapping. Not for
 * ever: on a disk that hangs it does not come back. */
#define UDEV_PATIENCE_MS 60000
/* Looking from the inside of each namespace costs a process each: not at every try. */
#define ENTER_ALL_EVERY 5

/* One mapping on its way down. */
struct takedown {
	const struct doer *doer;
	const struct dm_device *mapping;
	struct signal_plan *plan;
	struct footprint footprint; /* of the last look */
	int64_t begun_ms;
	unsigned int searches; /* how often users were looked for */
	bool is_unmounted;     /* in our own namespace */
	int64_t udev_seen_ms; /* when udev alone had it for the last time; the beginning if never */
	bool has_users;       /* these three as of the last search that was not cut short */
	const char *advice;
	char who[120];
};

static void
takedown_end(struct takedown *takedown)
{
	footprint_end(&takedown->footprint);
}

static enum status
takedown_unmount_own(struct takedown *takedown, struct reason *reason)
{
	owned_mount_list list = {0};
	enum status status = mount_list_read("/proc/self/mountinfo", takedown->mapping->number,
		&list, reason);

	if (status != STATUS_OK)
		return status;
	if (footprint_add_mounts(&takedown->footprint, &list) != STATUS_OK)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory for the list of mounts; free some");
	return unmount_all("/proc/self/mountinfo", &takedown->footprint, NULL, reason);
}

/* A new look, from nothing: what an earlier one found may have gone, and its numbers may be
 * somebody else's now. */
static enum status
takedown_try(struct takedown *takedown, struct reason *reason)
{
	const struct doer *doer = takedown->doer;
	bool enter_all = takedown->searches % ENTER_ALL_EVERY == 1;

	footprint_end(&takedown->footprint);
	takedown->footprint.mapping = takedown->mapping->number;
	phase_enter(doer, PHASE_UNMOUNTING);
	enum status own = takedown_unmount_own(takedown, reason);
	takedown->is_unmounted = own == STATUS_OK;
	if (own != STATUS_OK && own != STATUS_BUSY)
		return own;
	if (own == STATUS_OK) {
		phase_enter(doer, PHASE_CLOSING);
		own = close_mapping_once(takedown->mapping, doer->deadline, reason);
		if (own != STATUS_BUSY)
			return own;
		phase_enter(doer, PHASE_UNMOUNTING);
	}
	enum status others = namespaces_unmount(&takedown->footprint, enter_all, doer->deadline,
		reason);
	if ((others != STATUS_OK && others != STATUS_BUSY) || !takedown->is_unmounted)
		return others == STATUS_OK ? STATUS_BUSY : others;
	reason_clear(reason);
	phase_enter(doer, PHASE_CLOSING);
	return close_mapping_once(takedown->mapping, doer->deadline, reason);
}

static int64_t
takedown_elapsed_ms(const struct takedown *takedown)
{
	return clock_now_ms() - takedown->begun_ms;
}

/* A worker of udev's that is on its way out shows nothing of what it holds: whom nobody sees gets
 * his time from udev's last appearance. */
static bool
takedown_has_patience(const struct takedown *takedown)
{
	return takedown_elapsed_ms(takedown) < UDEV_PATIENCE_MS &&
		clock_now_ms() - takedown->udev_seen_ms < PATIENCE_MS;
}

static const char *
takedown_advice(const struct takedown *takedown, const struct holder_list *holders)
{
	for (size_t i = 0; i < holders->count; i++) {
		if (holders->holders[i].pid != 0)
			return takedown->plan->count == 0 ? "end it, or set force_unmount"
							  : "end it by hand";
	}
	return holders->count > 0 ? "release it" : "a kept mount namespace or an NFS export can be";
}

static bool
holders_are_udev(const struct holder_list *holders)
{
	for (size_t i = 0; i < holders->count; i++) {
		if (!holders->holders[i].is_udev)
			return false;
	}
	return holders->count > 0;
}

/* A search at the deadline finds nobody: who would not go is who was found before. */
static void
takedown_note_users(struct takedown *takedown, const struct holder_list *holders)
{
	bool was_cut = holders->count == 0 && deadline_passed(takedown->doer->deadline);

	if (was_cut && takedown->has_users)
		return;
	takedown->has_users = holders->count > 0;
	if (holders_are_udev(holders))
		takedown->udev_seen_ms = clock_now_ms();
	takedown->advice = takedown_advice(takedown, holders);
	holder_list_words(holders, takedown->who, sizeof(takedown->who));
}

/*
 * Somebody holds it: signals them if that is allowed, waits if they may go by themselves.
 * Returns false when another try is of no use; REASON then says who it is.
 */
static bool
takedown_press(struct takedown *takedown, const struct reason *refusal, struct reason *reason)
{
	const struct doer *doer = takedown->doer;
	owned_holder_list holders = {0};

	phase_enter(doer, PHASE_FINDING_USERS);
	takedown->searches++;
	if (holder_list_find(&takedown->footprint, takedown->plan->may_block, doer->deadline,
		    &holders, reason) != STATUS_OK)
		return false;
	takedown_note_users(takedown, &holders);
	log_debug("mapping %s is held by %s", takedown->mapping->name, takedown->who);
	if (!deadline_passed(doer->deadline) && takedown->plan->count > 0) {
		phase_enter(doer, PHASE_SIGNALLING_USERS);
		if (signal_plan_round(takedown->plan, &holders, doer->deadline))
			return true;
	}
	if (takedown_has_patience(takedown) && deadline_pause_ms(doer->deadline, PATIENCE_PAUSE_MS))
		return true;
	if (!takedown->has_users && !takedown->is_unmounted)
		reason_pass(refusal, reason);
	else
		reason_set(reason, STATUS_BUSY, "mapping %s is in use by %s; %s",
			takedown->mapping->name, takedown->who, takedown->advice);
	return false;
}

static bool
takedown_glance(const struct takedown *takedown)
{
	return takedown->is_unmounted && takedown->searches == 0 &&
		takedown_elapsed_ms(takedown) < GLANCE_MS &&
		deadline_pause_ms(takedown->doer->deadline, GLANCE_PAUSE_MS);
}

/* One without a table holds no data: whoever was making or resizing it has not come that far, or is
 * dead. */
static bool
mapping_needs_settling(const struct dm_device *mapping)
{
	return mapping->is_suspended && (mapping->has_table || mapping->open_count > 0);
}

enum status
takedown_mapping(const struct doer *doer, const struct dm_device *mapping, struct signal_plan *plan,
	struct reason *reason)
{
	owned_by(takedown_end) struct takedown takedown = {.doer = doer,
		.mapping = mapping,
		.plan = plan,
		.begun_ms = clock_now_ms(),
		.udev_seen_ms = clock_now_ms()};

	if (mapping_needs_settling(mapping)) {
		enum status status = suspended_settle(mapping, doer->deadline, reason);

		if (status != STATUS_OK)
			return status;
	}
	for (;;) {
		struct reason last = {0};
		enum status status = takedown_try(&takedown, &last);

		if (status == STATUS_OK)
			return STATUS_OK;
		if (status != STATUS_BUSY) {
			reason_pass(&last, reason);
			return status;
		}
		if (!takedown_glance(&takedown) && !takedown_press(&takedown, &last, reason))
			return reason != NULL && reason->text[0] != '\0' ? reason->status
									 : STATUS_BUSY;
	}
}

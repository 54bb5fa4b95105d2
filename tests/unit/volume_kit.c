/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What volume.c calls, played. */
#include "volume_kit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "volume/lock.h"
#include "volume/record.h"
#include "volume/takedown.h"

struct played *played;
static const struct dm_device mapping = {.name = "data", .has_table = true};
static const struct dm_device bare_mapping = {.name = "data"};

enum status
lock_take(const char *instance, const char *action, struct deadline deadline, struct lock *ret_lock,
	struct reason *reason)
{
	(void)instance;
	(void)action;
	(void)deadline;
	(void)ret_lock;
	return played->lock == STATUS_OK ? STATUS_OK
					 : reason_set(reason, played->lock, "held by start");
}

int
lock_children_open(const char *instance)
{
	(void)instance;
	return played->no_children_file ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
}

enum status
lock_prove_no_children(const char *instance, struct lock *lock, struct deadline deadline,
	struct reason *reason)
{
	(void)instance;
	(void)lock;
	if (played->child_leaves && deadline_left_ms(deadline) > 0) {
		played->children = STATUS_OK;
		played->down = STATUS_OK;
		played->down_works = true;
	}
	return played->children == STATUS_OK
		? STATUS_OK
		: reason_set(reason, played->children, "a child lives");
}

void
lock_end(struct lock *lock)
{
	(void)lock;
}

void
view_take(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	(void)wanted;
	(void)deadline;
	const struct dm_device *ours = played->is_bare ? &bare_mapping : &mapping;

	*ret_view = (struct view){.state = played->state,
		.ours = played->state == STATE_ABSENT ? NULL : ours};
}

void
view_take_settled(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	view_take(wanted, deadline, ret_view);
}

void
view_end(struct view *view)
{
	(void)view;
}

bool
view_is_gone(const struct view *view)
{
	return view->state == STATE_ABSENT;
}

const char *
state_word(enum state state)
{
	return state == STATE_ABSENT ? "absent" : "there";
}

enum status
record_read(const char *instance, struct record *ret_record)
{
	(void)instance;
	(void)ret_record;
	return STATUS_NOT_ACTIVE;
}

enum status
record_write(const char *instance, const struct record *record, struct reason *reason)
{
	(void)instance;
	(void)record;
	(void)reason;
	return STATUS_OK;
}

void
record_remove(const char *instance)
{
	(void)instance;
	played->records_removed++;
}

static void
hang(void)
{
	alarm(60);
	for (;;)
		pause();
}

enum status
takedown_mapping(const struct doer *doer, const struct dm_device *device, struct signal_plan *plan,
	struct reason *reason)
{
	(void)doer;
	(void)device;
	(void)reason;
	/* A start that failed ends nobody. */
	if (plan->count > 0)
		return STATUS_INTERNAL;
	played->takedowns++;
	if (played->takedown_hangs)
		hang();
	played->state = STATE_ABSENT;
	return STATUS_OK;
}

enum status
volume_up(const struct wanted *wanted, const struct doer *doer, struct reason *reason)
{
	(void)wanted;
	played->ups++;
	phase_enter(doer, PHASE_FETCHING_KEY);
	if (played->unlock_leaves_bare) {
		phase_enter(doer, PHASE_UNLOCKING);
		played->state = STATE_PARTIAL;
		played->is_bare = true;
	}
	if (played->up_maps) {
		phase_enter(doer, PHASE_MAPPING);
		played->state = STATE_PARTIAL;
	}
	if (played->up_hangs)
		hang();
	if (played->up == STATUS_OK)
		played->state = STATE_ACTIVE;
	return played->up == STATUS_OK ? STATUS_OK : reason_set(reason, played->up, "refused");
}

enum status
volume_down(const struct wanted *wanted, const struct doer *doer, struct reason *reason)
{
	(void)wanted;
	played->downs++;
	phase_enter(doer, PHASE_CLOSING);
	if (played->down_works)
		played->state = STATE_ABSENT;
	if (played->comes_back && played->downs == 1)
		played->state = STATE_PARTIAL;
	if (played->down_hangs)
		hang();
	return played->down == STATUS_OK ? STATUS_OK : reason_set(reason, played->down, "held");
}

static const struct params params = {0};
const struct wanted played_wanted = {.params = &params, .instance = "unit-test"};

int
play(void **state)
{
	(void)state;
	if (played == NULL)
		played = mmap(NULL, sizeof(*played), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(played, 0, sizeof(*played));
	return played == MAP_FAILED ? 1 : 0;
}

enum status
start(int64_t limit_ms, struct reason *reason)
{
	return volume_start(&played_wanted, deadline_in_ms(limit_ms), reason);
}

enum status
stop(int64_t limit_ms, struct reason *reason)
{
	return volume_stop(&played_wanted, deadline_in_ms(limit_ms), reason);
}

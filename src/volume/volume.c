/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start and stop as a whole: lock, doer, proof, and for start what undoes it. See volume.h; the
 * steps themselves are told in volume_up.c and volume_down.c.
 */
#include "volume/volume.h"

#include "base/log.h"
#include "volume/lock.h"
#include "volume/record.h"
#include "volume/supervise.h"
#include "volume/undo.h"

/* A wait for the lock is cut into pieces, so that a signal is heard in between. */
#define LOCK_PIECE_MS 500
/* Longer than lock_take needs to end an orphan start (TERM, 2 s, KILL). */
#define LOCK_PIECE_STOP_MS 5000
/* Stop undoes nothing: it needs time to look and to answer. */
#define STOP_RESERVE_MS 2000
/* How long what a dead worker left in the kernel may take to leave, before start gives up. */
#define ORPHAN_MS 5000

static enum status
instance_lock_wait(const struct wanted *wanted, const char *action, int64_t piece_ms,
	struct supervisor *supervisor, struct deadline deadline, struct lock *lock,
	struct reason *reason)
{
	for (;;) {
		struct reason refusal = {0};
		enum status status = lock_take(wanted->instance, action,
			deadline_sooner(deadline, deadline_in_ms(piece_ms)), lock, &refusal);

		if (supervisor_is_interrupted(supervisor))
			return reason_set(reason, STATUS_INTERRUPTED,
				"told to end by a signal while %s; see the log for who sent it",
				phase_words(PHASE_LOCKING));
		if (status != STATUS_LOCKED || deadline_passed(deadline)) {
			reason_pass(&refusal, reason);
			return status;
		}
	}
}

static enum status
up_body(const void *context, const struct doer *doer, struct reason *reason)
{
	/* Without it nobody could prove later that this doer, and what it starts, is gone. */
	if (doer->children_fd < 0)
		return reason_set(reason, STATUS_NO_RECORD,
			"the start cannot lock the children file in /run/luks-ssm; "
			"see whether descriptors or room ran out, then start again");
	return volume_up(context, doer, reason);
}

static enum status
down_body(const void *context, const struct doer *doer, struct reason *reason)
{
	return volume_down(context, doer, reason);
}

/* The same look that monitor takes. */
static enum status
start_prove(const struct wanted *wanted, struct deadline deadline, struct reason *reason)
{
	owned_view view = {0};

	view_take_settled(wanted, deadline, &view);
	if (view.state == STATE_ACTIVE || view.state == STATE_FLAGGED)
		return STATUS_OK;
	reason_pass(&view.reason, reason);
	return reason_set(reason, STATUS_PARTLY_UP,
		"after the last step of start the state is %s; look who changed it meanwhile",
		state_word(view.state));
}

/* Never while the first doer, or a child of it such as a filesystem checker, is alive: the mapping
 * is then left. */
static void
start_undo(struct supervisor *supervisor, struct lock *lock, const struct undo *undo,
	struct deadline deadline)
{
	struct reason reason = {0};
	struct doer_report report;
	int64_t half_ms = deadline_left_ms(deadline) / 2;
	struct deadline patience = deadline_in_ms(half_ms);
	struct deadline undone = {
		deadline.at_ms - (half_ms < SUPERVISE_LATE_MS ? half_ms : SUPERVISE_LATE_MS)};

	if (undo->report->is_alive)
		return;
	if (!undo_is_needed(undo)) {
		undo_record(undo);
		return;
	}
	if (lock_prove_no_children(undo->wanted->instance, lock, patience, &reason) != STATUS_OK ||
		supervise(supervisor, undo_body, undo, false, undone, &report, &reason) !=
			STATUS_OK)
		log_warning("the failed start could not be undone: %s", reason.text);
}

static enum status
start_locked(const struct wanted *wanted, struct supervisor *supervisor, struct lock *lock,
	struct deadline deadline, struct reason *reason)
{
	struct deadline reserve_begins = {
		deadline.at_ms - supervise_reserve_ms(deadline_left_ms(deadline))};
	owned_before before = {0};
	owned_view view = {0};
	struct doer_report report;
	enum status status = lock_prove_no_children(wanted->instance, lock,
		deadline_sooner(reserve_begins, deadline_in_ms(ORPHAN_MS)), reason);

	if (status != STATUS_OK)
		return status;
	view_take(wanted, reserve_begins, &view);
	if (view.state == STATE_ACTIVE)
		return STATUS_OK;
	status = before_note(wanted, &view, &before);
	if (status != STATUS_OK)
		return reason_set(reason, status,
			"no memory to note what is mounted; free some, then start again");
	status = supervise(supervisor, up_body, wanted, true, reserve_begins, &report, reason);
	if (status == STATUS_OK)
		status = start_prove(wanted, deadline, reason);
	struct undo undo = {wanted, &before, &report, status};
	if (status != STATUS_OK)
		start_undo(supervisor, lock, &undo, deadline);
	return status;
}

enum status
volume_start(const struct wanted *wanted, struct deadline deadline, struct reason *reason)
{
	owned_lock lock = LOCK_EMPTY;
	owned_supervisor supervisor = SUPERVISOR_NONE;
	enum status status = supervisor_begin(wanted->instance, &lock, &supervisor, reason);

	if (status == STATUS_OK)
		status = instance_lock_wait(wanted, "start", LOCK_PIECE_MS, &supervisor, deadline,
			&lock, reason);
	if (status != STATUS_OK)
		return status;
	return start_locked(wanted, &supervisor, &lock, deadline, reason);
}

/* What the proof of a stop has seen: something of ours, and a child of an earlier action, dead by
 * then, that had to be waited for. */
struct stop_sight {
	bool has_ours;
	bool had_child;
};

/* Gone, and nothing alive that could bring it back. The kernel is asked even where the doer failed
 * or was killed. */
static enum status
stop_prove(const struct wanted *wanted, struct lock *lock, struct deadline deadline,
	struct stop_sight *ret_sight, struct reason *reason)
{
	owned_view view = {0};

	ret_sight->had_child = lock_prove_no_children(wanted->instance, lock, deadline_in_ms(0),
				       NULL) != STATUS_OK;
	enum status status = ret_sight->had_child
		? lock_prove_no_children(wanted->instance, lock, deadline, reason)
		: STATUS_OK;
	if (status != STATUS_OK)
		return status;
	view_take(wanted, deadline, &view);
	if (view_is_gone(&view))
		return STATUS_OK;
	ret_sight->has_ours = view.ours != NULL;
	reason_pass(&view.reason, reason);
	return reason_set(reason, STATUS_BUSY,
		"after the last step of stop the state is %s; see who opens it again",
		state_word(view.state));
}

/* One doer, and the proof. RET_AGAIN: something of ours is there, though the doer said that all is
 * gone, or was kept from it while the unmount of an earlier stop, which was killed, still wrote. */
static enum status
stop_once(const struct wanted *wanted, struct supervisor *supervisor, struct lock *lock,
	struct deadline doer_ends, struct deadline deadline, bool *ret_again, struct reason *reason)
{
	struct reason refusal = {0};
	struct reason doubt = {0};
	struct doer_report report;
	struct stop_sight sight = {0};
	enum status status = supervise(supervisor, down_body, wanted, true, doer_ends, &report,
		&refusal);
	enum status proof = STATUS_TIMED_OUT;

	/* A doer that was held up after its last step has still done it. */
	if (report.is_alive)
		reason_set(&doubt, proof,
			"the process that stopped it does not leave the kernel; look at the disk");
	else if (status != STATUS_INTERRUPTED)
		proof = stop_prove(wanted, lock, deadline, &sight, &doubt);
	if (proof == STATUS_OK)
		return STATUS_OK;
	*ret_again = sight.has_ours &&
		(status == STATUS_OK || (status == STATUS_BUSY && sight.had_child));
	reason_pass(status == STATUS_OK ? &doubt : &refusal, reason);
	return status == STATUS_OK ? proof : status;
}

/* Somebody, a start held up since long ago or a person, may make a mapping anew between the doer's
 * last look and the proof: the proof has seen it, so it is taken down, too. Once, for whoever does
 * it again has to be found first. */
static enum status
stop_locked(const struct wanted *wanted, struct supervisor *supervisor, struct lock *lock,
	struct deadline deadline, struct reason *reason)
{
	int64_t left_ms = deadline_left_ms(deadline);
	int64_t reserve_ms = left_ms / 2 < STOP_RESERVE_MS ? left_ms / 2 : STOP_RESERVE_MS;
	struct deadline doer_ends = {deadline.at_ms - reserve_ms};
	struct reason finding = {0};
	bool again = false;
	enum status status = stop_once(wanted, supervisor, lock, doer_ends, deadline, &again,
		&finding);

	if (again && !deadline_passed(doer_ends)) {
		log_warning("stopping once more: %s", finding.text);
		reason_clear(&finding);
		status = stop_once(wanted, supervisor, lock, doer_ends, deadline, &again, &finding);
	}
	if (status == STATUS_OK)
		record_remove(wanted->instance);
	else
		reason_pass(&finding, reason);
	return status;
}

enum status
volume_stop(const struct wanted *wanted, struct deadline deadline, struct reason *reason)
{
	owned_lock lock = LOCK_EMPTY;
	owned_supervisor supervisor = SUPERVISOR_NONE;
	struct reason refusal = {0};
	enum status status = supervisor_begin(wanted->instance, &lock, &supervisor, reason);

	if (status != STATUS_OK)
		return status;
	status = instance_lock_wait(wanted, "stop", LOCK_PIECE_STOP_MS, &supervisor, deadline,
		&lock, &refusal);
	/* /run lost or full: nobody else can have a lock there either, and the kernel tells the
	 * rest. */
	if (status != STATUS_OK && status != STATUS_NO_RECORD)
		return reason_pass(&refusal, reason);
	if (status == STATUS_NO_RECORD)
		log_warning("stopping without a lock: %s", refusal.text);
	return stop_locked(wanted, &supervisor, &lock, deadline, reason);
}

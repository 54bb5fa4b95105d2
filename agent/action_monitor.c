/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor and probe in the worker: what the agent could not answer with 0 or 7. Waits where waiting
 * may settle it, looks deeper where it was asked to, and says why. Takes no lock, writes no record,
 * never speaks to AWS.
 */
#include "actions.h"

#include "base/log.h"
#include "volume/depth.h"
#include "volume/view.h"
#include "volume/writable.h"

/* ext4's error count has grown: counted errors may have left it writable (errors=continue), or not.
 */
static enum state
errors_weigh(const struct view *view, struct deadline deadline, struct reason *reason)
{
	struct reason refusal = {0};

	if (!view->ext4_errors_grew || view->on_directory == NULL ||
		view->on_directory->is_read_only)
		return view->state;
	enum status status = writable_check(view->on_directory->directory, deadline, &refusal);

	if (status != STATUS_TURNED_READ_ONLY && status != STATUS_TIMED_OUT)
		return view->state;
	*reason = refusal;
	return STATE_FAILED;
}

/* A flag that was found before stays, and its reason is the first. */
static enum state
depth_add(const struct ocf_call *call, const struct wanted *wanted, const struct view *view,
	struct reason *reason)
{
	struct reason finding = {0};
	enum state deeper = depth_check(wanted, view, call->depth, call->deadline, &finding);

	if (deeper == STATE_ACTIVE || (deeper == STATE_FLAGGED && view->state == STATE_FLAGGED))
		return view->state;
	*reason = finding;
	return deeper;
}

int
action_monitor(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	owned_view view = {0};
	enum ocf_asking asking = ocf_asking_of(call);

	view_take_settled(wanted, call->deadline, &view);
	if (ocf_code_of_state(view.state, asking) == OCF_NOT_RUNNING)
		view_prove_gone(wanted, call->deadline, call->end, &view);
	*reason = view.reason;

	enum state state = errors_weigh(&view, call->deadline, reason);

	if (call->depth > 0 && state == view.state &&
		(state == STATE_ACTIVE || state == STATE_FLAGGED))
		state = depth_add(call, wanted, &view, reason);
	log_debug("the volume is %s", state_word(state));
	return ocf_code_of_state(state, asking);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor and probe in the agent, which loads libc alone: fully healthy (0) and provably
 * nothing (7, silent). Whatever else it sees, the worker looks again, decides and words it.
 */
#include "actions.h"

#include "volume/lock.h"
#include "volume/view.h"

/*
 * The steps are asked for: only the worker writes a log. A cluster that debugs everything does not
 * get them from every monitor.
 */
static bool
steps_are_asked_for(const struct ocf_call *call)
{
	return call->is_traced || (call->is_debug && call->interval == OCF_INTERVAL_UNSET);
}

int
action_monitor_quick(const struct ocf_call *call, const struct wanted *wanted,
	struct reason *reason)
{
	owned_view view = {0};

	(void)reason;
	if (steps_are_asked_for(call))
		return ACTION_PASS_ON;
	/*
	 * The lock first, the look second: a start that was under way before this call is then
	 * either seen by its lock or has left what the look finds. One that begins later is not
	 * this call's to know.
	 */
	bool is_free = lock_prove_free(call->instance, deadline_in_ms(0), NULL) == STATUS_OK;

	view_take(wanted, call->deadline, &view);
	int code = ocf_code_of_state(view.state, ocf_asking_of(call));

	if (code == OCF_SUCCESS && view.state == STATE_ACTIVE && call->depth == 0)
		return code;
	/* A person gets a reason, also for a 7; a start under way is for the worker to wait for. */
	if (code == OCF_NOT_RUNNING && is_free && call->interval != OCF_INTERVAL_UNSET)
		return code;
	return ACTION_PASS_ON;
}

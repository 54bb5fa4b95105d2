/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor and probe in the agent, which loads libmount alone: fully healthy (0) and provably nothing (7, silent). Whatever
 * else it sees, the worker looks again, decides and words it.
 */
#include "actions.h"

#include "volume/view.h"

int
action_monitor_quick(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	owned_view view = {0};
	enum ocf_asking asking = ocf_asking_of(call);

	(void)reason;
	view_take(wanted, call->deadline, &view);
	if (view.state == STATE_ACTIVE)
		return call->depth == 0 ? OCF_SUCCESS : ACTION_PASS_ON;
	/* A person gets a reason, also for a 7. */
	if (call->interval == OCF_INTERVAL_UNSET || ocf_code_of_state(view.state, asking) != OCF_NOT_RUNNING)
		return ACTION_PASS_ON;
	/* Without waiting: a start under way is for the worker to wait for. */
	view_prove_gone(wanted, deadline_in_ms(0), call->deadline, &view);
	return ocf_code_of_state(view.state, asking) == OCF_NOT_RUNNING ? OCF_NOT_RUNNING : ACTION_PASS_ON;
}

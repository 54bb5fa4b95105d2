/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validate-all at level 0, in the agent: parameters alone, no look at the host, silent when they
 * are right. pcs runs it on whatever node it is called on, and shows every line on stderr as a
 * warning.
 */
#include "actions.h"

#include "validate.h"

int
action_validate_quick(const struct ocf_call *call, const struct wanted *wanted,
	struct reason *reason)
{
	if (call->depth > 0)
		return ACTION_PASS_ON;
	return ocf_code_of_failure(validate_strictly(call, wanted, reason), OCF_DOING_VALIDATE);
}

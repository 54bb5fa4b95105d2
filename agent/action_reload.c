/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reload-agent: every action reads its parameters anew, so there is nothing to apply. It says
 * whether the new configuration is valid and the volume runs. No lock, no network.
 */
#include "actions.h"

#include "validate.h"
#include "volume/view.h"

int
action_reload(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	owned_view view = {0};
	enum status status = validate_parameters(call, wanted, reason);

	if (status != STATUS_OK)
		return ocf_code_of_failure(status, OCF_DOING_RELOAD);

	/* As the monitor would say: a resize or a reencryption suspends for moments. */
	view_take_settled(wanted, call->deadline, &view);
	if (view.state == STATE_ACTIVE || view.state == STATE_FLAGGED)
		return OCF_SUCCESS;
	*reason = view.reason;
	return ocf_code_of_failure(STATUS_NOT_ACTIVE, OCF_DOING_RELOAD);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * validate-all from level 10, in the worker: the parameters first, then what start would find on
 * this node.
 */
#include "actions.h"

#include "validate.h"
#include "volume/volume_check.h"

int
action_validate(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	enum status status = validate_strictly(call, wanted, reason);

	if (status == STATUS_OK && call->depth > 0)
		status = volume_check(wanted, call->depth, call->deadline, reason);
	return ocf_code_of_failure(status, OCF_DOING_VALIDATE);
}

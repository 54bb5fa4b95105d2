/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of level 0: the same on every node, whatever it has. Linked into both programs. */
#include "validate.h"

enum status
validate_parameters(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	const struct reason *problem = &wanted->params->problem;

	if (call->is_clone)
		return reason_set(reason, STATUS_CLONE,
			"a LUKS volume cannot be a clone; make it a plain resource");
	if (problem->status == STATUS_OK)
		return STATUS_OK;
	*reason = *problem;
	return problem->status;
}

enum status
validate_strictly(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	char unknown[64];
	enum status status = validate_parameters(call, wanted, reason);

	if (status != STATUS_OK)
		return status;
	if (ocf_unknown_param(unknown, sizeof(unknown)))
		return reason_set(reason, STATUS_UNKNOWN_PARAMETER,
			"%s is no parameter of this agent; take it out", unknown);
	return STATUS_OK;
}

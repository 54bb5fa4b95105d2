/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instance's own role: last of all, and only where it is not switched off. */
#include <stdio.h>

#include "creds/plan_source.h"

enum status
source_take_metadata(struct plan *plan, struct reason *reason)
{
	if (settings_switch(&plan->settings, "AWS_EC2_METADATA_DISABLED"))
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"no credentials are configured, and AWS_EC2_METADATA_DISABLED switches instance metadata off; allow it or give keys");
	plan->source = SOURCE_METADATA;
	snprintf(plan->origin, sizeof(plan->origin), "instance metadata");
	return STATUS_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop: volume_stop and nothing before it. What cannot be proven gone is 1, whatever the cause: any
 * other code would fence the node and keep the volume down.
 */
#include "actions.h"

#include "volume/volume.h"

int
action_stop(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	/* The end, not the deadline: volume_stop keeps its own reserve for the last look. */
	enum status status = volume_stop(wanted, call->end, reason);

	return ocf_code_of_state(status == STATUS_OK ? STATE_ABSENT : STATE_DOUBT, OCF_ASKING_STOP);
}

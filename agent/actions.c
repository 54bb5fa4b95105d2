/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs one action: row, parameters, handler, reason. The same in both programs; knows no exit code
 * but those that hold whatever the action is.
 */
#include "actions.h"

#include <string.h>

#include "program.h"

static const struct action_row *
action_find(const char *name)
{
	for (size_t i = 0; i < action_row_count; i++) {
		if (strcmp(action_rows[i].name, name) == 0)
			return &action_rows[i];
	}
	return NULL;
}

/*
 * What holds before any parameter is looked at. OCF_SUCCESS when nothing stands against the call.
 */
static int
call_refuse(const struct ocf_call *call, const struct action_row *row, struct reason *reason)
{
	if (row == NULL) {
		reason_set(reason, STATUS_BAD_REQUEST,
			"this agent has no action \"%.40s\"; its meta-data lists them",
			call->action);
		return OCF_ERR_UNIMPLEMENTED;
	}
	if (row->needs_instance && call->instance == NULL) {
		reason_set(reason, STATUS_BAD_REQUEST,
			"OCF_RESOURCE_INSTANCE does not name a resource; "
			"run this through Pacemaker or crm_resource");
		return OCF_ERR_GENERIC;
	}
	return OCF_SUCCESS;
}

static int
handler_run(const struct ocf_call *call, const struct action_row *row, struct reason *reason)
{
	struct params params;
	struct wanted wanted;

	params_load(ocf_param_lookup, NULL, &params);
	wanted_make(&params, call->instance != NULL ? call->instance : "", &wanted);
	return row->handler(call, &wanted, reason);
}

/* Comes back only without a worker: nothing is known of the state then. */
static int
worker_become(const struct action_row *row, char **argv, struct reason *reason)
{
	reason_clear(reason);
	program_pass_on(argv, reason);
	return row->without_worker != 0 ? row->without_worker : OCF_ERR_GENERIC;
}

int
action_run(const struct ocf_call *call, char **argv)
{
	const struct action_row *row = action_find(call->action);
	struct reason reason = {0};
	int code = call_refuse(call, row, &reason);

	if (code == OCF_SUCCESS)
		code = row->handler != NULL ? handler_run(call, row, &reason) : ACTION_PASS_ON;
	if (code == ACTION_PASS_ON)
		code = worker_become(row, argv, &reason);
	program_tell(call, code, &reason);
	ocf_reason_print(call, code, &reason);
	return code;
}

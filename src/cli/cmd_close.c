/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * close: what stop does. Parameters that are missing or wrong do not keep it: a volume that is up
 * under that name is taken down.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/cluster_claim.h"
#include "cli/command.h"
#include "cli/opened.h"
#include "cli/unit_order.h"
#include "cli/users.h"
#include "volume/view.h"
#include "volume/volume.h"

static enum status
close_rehearse(struct command_call *call, struct reason *reason)
{
	owned_view view = {0};
	struct json_object *root = answer_root(&call->answer);

	view_take_settled(&call->wanted, call->deadline, &view);
	answer_state(root, view.state);
	if (view_is_gone(&view)) {
		answer_text(root, "result", "nothing is up; nothing would be done");
		return STATUS_OK;
	}
	if (view.ours == NULL)
		return reason_pass(&view.reason, reason);
	answer_text(root, "result", "it would be unmounted and closed; nothing was changed");
	answer_text(root, "mapping", view.ours->name);
	answer_text(root, "users_are_signalled", call->params.force_unmount);
	return users_tell(view.ours, call->deadline, root, reason);
}

/* systemd.exec(5), SERVICE_RESULT: a program that ended by itself has undone what it did. */
static bool
start_was_killed(void)
{
	const char *result = getenv("SERVICE_RESULT");

	return result != NULL && strcmp(result, "success") != 0 &&
		strcmp(result, "exit-code") != 0 && strcmp(result, "exec-condition") != 0;
}

static enum status
close_now(struct command_call *call, struct reason *reason)
{
	enum status status = volume_stop(&call->wanted, call->deadline, reason);

	if (status != STATUS_OK)
		return status;
	unit_order_remove(call->params.directory);
	opened_forget(call->wanted.instance);
	answer_text(answer_root(&call->answer), "result", "ok");
	answer_text(answer_root(&call->answer), "volume", call->wanted.instance);
	return STATUS_OK;
}

enum status
cmd_close(struct command_call *call, struct reason *reason)
{
	enum status problem = call->params.problem.status;

	if (call->options[OPTION_after_kill] != NULL && !start_was_killed()) {
		answer_text(answer_root(&call->answer), "result",
			"no start was killed; nothing is done");
		return STATUS_OK;
	}
	enum status status = reason_pass(&call->file_fault, reason);

	if (status == STATUS_OK)
		status = command_check_name(call, reason);
	if (status == STATUS_OK)
		status = command_check_rights(call, reason);
	if (status == STATUS_OK && call->options[OPTION_despite_cluster] == NULL)
		status = cluster_claim_check(&call->wanted, reason);
	if (status != STATUS_OK)
		return status;
	if (problem != STATUS_OK && problem != STATUS_MISSING_PARAMETER)
		log_warning("%s", call->params.problem.text);
	if (call->options[OPTION_dry_run] != NULL)
		return close_rehearse(call, reason);
	return close_now(call, reason);
}

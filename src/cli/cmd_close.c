/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * close: what stop does. Parameters that are missing or wrong do not keep it: a volume that is up
 * under that name is taken down.
 */
#include "base/log.h"
#include "cli/command.h"
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

enum status
cmd_close(struct command_call *call, struct reason *reason)
{
	enum status problem = call->params.problem.status;
	enum status status = command_check_name(call, reason);

	if (status == STATUS_OK)
		status = command_check_rights(call, reason);
	if (status != STATUS_OK)
		return status;
	if (problem != STATUS_OK && problem != STATUS_MISSING_PARAMETER)
		log_warning("%s", call->params.problem.text);
	if (call->options[OPTION_dry_run] != NULL)
		return close_rehearse(call, reason);
	status = volume_stop(&call->wanted, call->deadline, reason);
	if (status == STATUS_OK) {
		answer_text(answer_root(&call->answer), "result", "ok");
		answer_text(answer_root(&call->answer), "volume", call->wanted.instance);
	}
	return status;
}

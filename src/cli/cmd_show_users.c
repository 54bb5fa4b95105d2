/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show-users: who keeps the volume busy. */
#include "cli/command.h"
#include "cli/users.h"
#include "volume/view.h"

enum status
cmd_show_users(struct command_call *call, struct reason *reason)
{
	owned_view view = {0};
	struct json_object *root = answer_root(&call->answer);
	enum status status = command_check_name(call, reason);

	if (status == STATUS_OK)
		status = command_check_rights(call, reason);
	if (status != STATUS_OK)
		return status;
	view_take_settled(&call->wanted, call->deadline, &view);
	if (view_is_gone(&view))
		return reason_set(reason, STATUS_NOT_ACTIVE,
			"%s is not up on this node; nobody can use it", call->wanted.instance);
	if (view.ours == NULL)
		return reason_pass(&view.reason, reason);
	answer_text(root, "mapping", view.ours->name);
	answer_text(root, "directory", call->params.directory);
	return users_tell(view.ours, call->deadline, root, reason);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open: what start does, from the command line or a unit. */
#include "cli/command.h"
#include "volume/volume.h"
#include "volume/volume_check.h"

/* What validate-all looks at on this node; the key is not fetched. */
#define CHECK_WITHOUT_KEY 10

static void
open_tell(struct command_call *call, const char *result)
{
	struct json_object *root = answer_root(&call->answer);

	answer_text(root, "result", result);
	answer_text(root, "volume", call->wanted.instance);
	answer_text(root, "device", call->params.device);
	answer_text(root, "mapping", call->wanted.map_name);
	answer_text(root, "directory", call->params.directory);
}

enum status
cmd_open(struct command_call *call, struct reason *reason)
{
	enum status status = reason_pass(&call->params.problem, reason);

	if (status == STATUS_OK)
		status = command_check_name(call, reason);
	if (status == STATUS_OK)
		status = command_check_rights(call, reason);
	if (status == STATUS_OK && call->options[OPTION_dry_run] != NULL)
		status = volume_check(&call->wanted, CHECK_WITHOUT_KEY, call->deadline, reason);
	else if (status == STATUS_OK)
		status = volume_start(&call->wanted, call->deadline, reason);
	if (status == STATUS_OK)
		open_tell(call,
			call->options[OPTION_dry_run] != NULL
				? "nothing stands against it; nothing was changed"
				: "ok");
	return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* backup-header: the LUKS header and its key slots in a new file. Writes nothing to the device. */
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/provision.h"
#include "volume/bounded.h"
#include "volume/luks_make.h"

struct backup {
	struct provision provision;
	const char *file;
};

static enum status
backup_body(void *context, struct reason *reason)
{
	const struct backup *backup = context;

	umask(077);
	return luks_backup(backup->provision.path, backup->file, reason);
}

enum status
cmd_backup_header(struct command_call *call, struct reason *reason)
{
	struct backup backup = {.file = call->options[OPTION_to]};
	struct json_object *root = answer_root(&call->answer);
	bool is_detached = command_has(call, PARAM_header);
	enum status status = STATUS_OK;

	if (!is_detached && !command_has(call, PARAM_device))
		return reason_set(reason, STATUS_MISSING_PARAMETER,
			"device is not set: name a volume of " SYSCONFDIR
			"/luks-ssm, or give --device, or --header of a detached one");
	if (backup.file == NULL)
		return reason_set(reason, STATUS_MISSING_PARAMETER,
			"--to is not set: name the new file that is to hold the backup");
	if (access(backup.file, F_OK) == 0)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"--to=%.100s: is there already; name a new file", backup.file);
	status = provision_find_device(call,
		is_detached ? call->params.header : call->params.device, &backup.provision, reason);
	if (status == STATUS_OK && call->options[OPTION_dry_run] == NULL) {
		status = bounded_run(backup_body, backup.provision.path, &backup, sizeof(backup),
			call->deadline, reason);
		/* A part of a header is no backup, and would be in the way of the next try. */
		if (status != STATUS_OK)
			unlink(backup.file);
	}
	if (status != STATUS_OK)
		return status;
	answer_text(root, "result",
		call->options[OPTION_dry_run] == NULL ? "ok"
						      : "it would be saved; nothing was written");
	answer_text(root, "device", backup.provision.path);
	answer_text(root, "file", backup.file);
	return STATUS_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * migrate FILE: the configuration of the article's script, as systemd reads it, in our words. What
 * it does not name is left out; credentials are named, never shown.
 */
#include <stdio.h>
#include <string.h>

#include "cli/documents.h"
#include "cli/luks_mount_file.h"
#include "cli/root_file.h"

static const char *
article_text(void *context, const char *name)
{
	return variables_get(context, name);
}

static void
changeover_tell(const struct document_volume *volume, const char *file, bool with_credentials,
	struct json_object *root)
{
	char text[2048];

	if (with_credentials)
		answer_text(root, "note",
			"the file has AWS or proxy variables: environment_file keeps them where they are; it must be readable by root alone");
	snprintf(text, sizeof(text),
		"# nothing to change: our luks-mount.service reads %.200s as it is\n"
		"rm /etc/systemd/system/luks-mount.service   # the old unit, which hides ours; the volume stays up\n"
		"systemctl daemon-reload && systemctl enable luks-mount.service\n"
		"# or under a name of its own\n"
		"install -d -m 755 " SYSCONFDIR "/luks-ssm\n"
		"luks-ssm migrate %.200s   # the lines for one host go to " SYSCONFDIR
		"/luks-ssm/%.100s.conf\n"
		"luks-ssm check %.100s\n"
		"systemctl disable luks-mount.service   # the volume stays up\n"
		"systemctl enable --now luks-ssm@%.100s.service\n",
		file, file, volume->name, volume->name, volume->name);
	answer_text(root, "change_over", text);
}

enum status
cmd_migrate(struct command_call *call, struct reason *reason)
{
	struct json_object *root = answer_root(&call->answer);
	struct document_volume volume = {0};
	struct params params;
	enum status status = luks_mount_file_read(call->operand, &call->file, reason);

	if (status != STATUS_OK)
		return status;
	params_load(article_text, &call->file, &params);
	root_file_locate(call->operand, &call->file, luks_mount_word, &params.problem);
	status = reason_pass(&params.problem, reason);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < PARAM_COUNT; i++)
		volume.texts[i] = variables_get(&call->file, param_rows[i].name);
	volume.name = params.map_name != NULL ? params.map_name : "data";
	documents_tell(&volume, root);
	changeover_tell(&volume, call->operand, volume.texts[PARAM_environment_file] != NULL, root);
	return STATUS_OK;
}

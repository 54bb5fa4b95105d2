/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * migrate FILE: the configuration of the article's script, as systemd reads it, in our words. What
 * it does not name is left out; credentials are named, never shown.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/documents.h"
#include "creds/env_file.h"
#include "creds/trusted_file.h"

#define FILE_BYTES 65536

struct article_row {
	const char *variable;
	enum param_id param;
};

static const struct article_row article_rows[] = {
	{"LUKS_DEVICE", PARAM_device},
	{"LUKS_DEVICE_MAP", PARAM_map_name},
	{"LUKS_DEVICE_FS", PARAM_fstype},
	{"LUKS_DEVICE_MOUNT_OPT", PARAM_options},
	{"LUKS_DEVICE_MOUNT_POINT", PARAM_directory},
	{"SSM_PATH", PARAM_ssm_parameter},
	{"SSM_REGION", PARAM_region},
};
#define ARTICLE_ROWS (sizeof(article_rows) / sizeof(article_rows[0]))

static const char *
article_text(void *context, const char *name)
{
	const struct variables *variables = context;

	for (size_t i = 0; i < ARTICLE_ROWS; i++) {
		if (strcmp(param_rows[article_rows[i].param].name, name) == 0)
			return variables_get(variables, article_rows[i].variable);
	}
	return NULL;
}

static bool
has_credentials(const struct variables *variables)
{
	for (size_t i = 0; i < variables->count; i++) {
		if (strncmp(variables->rows[i].name, "AWS_", 4) == 0 ||
			strcasecmp(variables->rows[i].name, "https_proxy") == 0)
			return true;
	}
	return false;
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
		"install -d -m 755 " SYSCONFDIR "/luks-ssm\n"
		"luks-ssm migrate %.200s   # the lines for one host go to " SYSCONFDIR
		"/luks-ssm/%.100s.conf\n"
		"luks-ssm check %.100s\n"
		"systemctl disable luks-mount.service   # the volume stays up\n"
		"luks-ssm status %.100s\n",
		file, volume->name, volume->name, volume->name);
	answer_text(root, "change_over", text);
}

static enum status
article_read(const char *path, struct variables *ret_variables, struct reason *reason)
{
	owned_secret text = {0};
	struct reason refusal = {0};
	enum status status = trusted_file_read(path, "FILE", TRUSTED_READABLE, FILE_BYTES, &text,
		&refusal);

	if (status == STATUS_BAD_PROFILE)
		return reason_set(reason, STATUS_BAD_PARAMETER, "%s",
			refusal.text + strlen(status_code(STATUS_BAD_PROFILE)) + strlen(": "));
	if (status != STATUS_OK)
		return reason_pass(&refusal, reason);
	return env_file_parse(&text, ret_variables) == STATUS_OK
		? STATUS_OK
		: reason_set(reason, STATUS_NO_MEMORY, "no memory for %.100s; free some", path);
}

enum status
cmd_migrate(struct command_call *call, struct reason *reason)
{
	struct json_object *root = answer_root(&call->answer);
	struct document_volume volume = {0};
	struct params params;
	enum status status = article_read(call->operand, &call->file, reason);

	if (status != STATUS_OK)
		return status;
	params_load(article_text, &call->file, &params);
	if (params.problem.status != STATUS_OK)
		return reason_set(reason, params.problem.status,
			"%.60s is read as systemd reads it, not as a shell: %.100s", call->operand,
			strchr(params.problem.text, ' ') + 1);
	for (size_t i = 0; i < ARTICLE_ROWS; i++)
		volume.texts[article_rows[i].param] = variables_get(&call->file,
			article_rows[i].variable);
	volume.name = params.map_name != NULL ? params.map_name : "data";
	if (has_credentials(&call->file))
		volume.texts[PARAM_environment_file] = call->operand;
	documents_tell(&volume, root);
	changeover_tell(&volume, call->operand, has_credentials(&call->file), root);
	return STATUS_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the old script, one row each. */
#include "cli/luks_mount_file.h"

#include <string.h>
#include <strings.h>

#include "cli/root_file.h"
#include "creds/env_file.h"

/* Put behind the text: it is understood only when no quote was left open. */
#define GUARD "\nLUKS_SSM_GUARD=1\n"

struct article_row {
	const char *variable;
	const char *param;
	const char *prefix; /* is left out of the value; NULL: none */
};

static const struct article_row article_rows[] = {
	{"LUKS_DEVICE", "device", NULL},
	{"LUKS_DEVICE_MAP", "map_name", "/dev/mapper/"},
	{"LUKS_DEVICE_FS", "fstype", NULL},
	{"LUKS_DEVICE_MOUNT_OPT", "options", "-o "},
	{"LUKS_DEVICE_MOUNT_POINT", "directory", NULL},
	{"SSM_PATH", "ssm_parameter", NULL},
	{"SSM_REGION", "region", NULL},
};
#define ARTICLE_ROWS (sizeof(article_rows) / sizeof(article_rows[0]))

static bool
is_for_aws(const char *name)
{
	return strncmp(name, "AWS_", 4) == 0 || strcasecmp(name, "https_proxy") == 0 ||
		strcasecmp(name, "no_proxy") == 0;
}

/* What a shell would expand, and nobody here does. */
static bool
is_shell(const char *value)
{
	return strchr(value, '$') != NULL || strchr(value, '`') != NULL;
}

static enum status
row_take(const struct article_row *row, const struct variables *found, const char *path,
	struct variables *variables, struct reason *reason)
{
	const char *value = variables_get(found, row->variable);

	if (value == NULL)
		return STATUS_OK;
	if (is_shell(value))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%.80s: %s is read as systemd reads it, not as a shell: nothing is expanded; write the value itself",
			path, row->variable);
	if (row->prefix != NULL && strncmp(value, row->prefix, strlen(row->prefix)) == 0)
		value += strlen(row->prefix);
	return variables_set(variables, row->param, value, strlen(value));
}

static enum status
text_take(const struct secret *text, const char *path, struct variables *ret_found,
	struct reason *reason)
{
	owned_secret guarded = {0};
	enum status status = root_file_check_start(text, path, reason);

	if (status == STATUS_OK)
		status = secret_make(&guarded, text->length_bytes + strlen(GUARD));
	if (status == STATUS_OK)
		status = secret_append(&guarded, text->bytes, text->length_bytes);
	if (status == STATUS_OK)
		status = secret_append(&guarded, GUARD, strlen(GUARD));
	if (status == STATUS_OK)
		status = env_file_parse(&guarded, ret_found);
	if (status == STATUS_OK && variables_get(ret_found, "LUKS_SSM_GUARD") == NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%.100s: a quote is left open, or its last line ends with a backslash; this is no shell script",
			path);
	return status;
}

enum status
luks_mount_text_parse(const struct secret *text, const char *path, struct variables *ret_variables,
	struct reason *reason)
{
	owned_variables found = {0};
	owned_variables variables = {0};
	bool has_aws = false;
	enum status status = text_take(text, path, &found, reason);

	for (size_t i = 0; status == STATUS_OK && i < ARTICLE_ROWS; i++)
		status = row_take(&article_rows[i], &found, path, &variables, reason);
	for (size_t i = 0; i < found.count; i++)
		has_aws = has_aws || is_for_aws(found.rows[i].name);
	if (status == STATUS_OK && has_aws)
		status = variables_set(&variables, "environment_file", path, strlen(path));
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for %.100s; free some", path);
	*ret_variables = variables;
	variables = (struct variables){0};
	return STATUS_OK;
}

enum status
luks_mount_file_read(const char *path, struct variables *ret_variables, struct reason *reason)
{
	owned_secret text = {0};
	enum status status = root_file_read(path, "luks_mount", &text, reason);

	if (status != STATUS_OK)
		return status;
	return luks_mount_text_parse(&text, path, ret_variables, reason);
}

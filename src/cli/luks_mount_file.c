/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the old script, one row each. */
#include "cli/luks_mount_file.h"

#include <string.h>
#include <strings.h>

#include "cli/root_file.h"
#include "creds/env_file.h"

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

const char *
luks_mount_word(const char *param)
{
	for (size_t i = 0; i < ARTICLE_ROWS; i++) {
		if (strcmp(article_rows[i].param, param) == 0)
			return article_rows[i].variable;
	}
	return param;
}

void
luks_mount_reword(const char *path, struct reason *reason)
{
	static const char advice[] = "; set ";
	struct reason reworded = {0};
	const char *set = strstr(reason->text, advice);

	if (set == NULL || luks_mount_word(set + strlen(advice)) == set + strlen(advice))
		return;
	const char *text = reason->text + strlen(status_code(reason->status)) + strlen(": ");

	reason_set(&reworded, reason->status, "%.100s: %.*s%s%s", path, (int)(set - text), text,
		advice, luks_mount_word(set + strlen(advice)));
	*reason = reworded;
}

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
	unsigned int line = variables_line(found, row->variable);

	if (value == NULL)
		return STATUS_OK;
	if (is_shell(value))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%.100s line %u: %s is read as systemd reads it, not as a shell: nothing is expanded; write the value itself",
			path, line, row->variable);
	if (strchr(value, '\n') != NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%.100s line %u: %s has several lines; is a quote left open?", path, line,
			row->variable);
	if (row->prefix != NULL && strncmp(value, row->prefix, strlen(row->prefix)) == 0)
		value += strlen(row->prefix);
	enum status status = variables_set(variables, row->param, value, strlen(value));

	if (status == STATUS_OK)
		variables_set_line(variables, row->param, line);
	return status;
}

static bool
is_article_variable(const char *bytes, size_t length_bytes)
{
	for (size_t i = 0; i < ARTICLE_ROWS; i++) {
		if (strlen(article_rows[i].variable) == length_bytes &&
			memcmp(article_rows[i].variable, bytes, length_bytes) == 0)
			return true;
	}
	return false;
}

/* "export SSM_PATH=…", or a line of a script that sets it: systemd skips that, and the value would
 * be missing without a word. */
static bool
line_sets_as_shell(const char *line, size_t length_bytes)
{
	const char *equals = memchr(line, '=', length_bytes);
	size_t begin = strspn(line, " \t"), word = 0;

	if (equals == NULL || line[begin] == '#' || line[begin] == ';')
		return false;
	for (size_t i = begin; line + i < equals; i++) {
		if (strchr(" \t;&|(", line[i]) != NULL)
			word = i + 1;
	}
	return word > begin && is_article_variable(line + word, (size_t)(equals - line) - word);
}

static enum status
text_check_words(const struct secret *text, const char *path, struct reason *reason)
{
	const char *line = text->bytes, *end = text->bytes + text->length_bytes;

	for (unsigned int number = 1; line < end; number++) {
		size_t length_bytes = strcspn(line, "\n");

		if (line_sets_as_shell(line, length_bytes))
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"%.100s line %u: is read as systemd reads it, not as a shell: write NAME=VALUE alone",
				path, number);
		line += length_bytes + 1;
	}
	return STATUS_OK;
}

static enum status
text_take(const struct secret *text, const char *path, struct variables *ret_found,
	struct reason *reason)
{
	unsigned int open = 0;
	enum status status = root_file_check_start(text, path, reason);

	if (status == STATUS_OK)
		status = env_file_parse(text, ret_found, &open);
	if (status == STATUS_OK && open != 0)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%.100s line %u: a quote is left open, or the last line ends with a backslash; this is no shell script",
			path, open);
	return status == STATUS_OK ? text_check_words(text, path, reason) : status;
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

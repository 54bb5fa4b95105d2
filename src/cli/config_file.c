/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration file, line by line: each goes through the parser of environment files by itself,
 * so that a quote that is left open swallows no other line.
 */
#include "cli/config_file.h"

#include <string.h>

#include "cli/root_file.h"
#include "creds/env_file.h"
#include "params/params.h"

struct config_line {
	const char *path;
	unsigned int number;
	const char *text; /* not ended by a NUL */
	size_t length_bytes;
};

static enum status
line_refuse(const struct config_line *line, const char *what, struct reason *reason)
{
	return reason_set(reason, STATUS_BAD_PARAMETER, "%.100s line %u: %s", line->path,
		line->number, what);
}

/* A comment, or nothing. */
static bool
line_is_empty(const struct config_line *line)
{
	size_t i = 0;

	while (i < line->length_bytes && strchr(" \t\r", line->text[i]) != NULL)
		i++;
	return i == line->length_bytes || line->text[i] == '#' || line->text[i] == ';';
}

/* What a shell would expand and we do not. */
static bool
value_is_shell(const char *value)
{
	return strstr(value, "$(") != NULL || strstr(value, "${") != NULL ||
		strchr(value, '`') != NULL;
}

static enum status
line_judge(const struct config_line *line, const struct variables *found,
	const struct variables *before, struct reason *reason)
{
	const struct variable *row = found->rows;

	if (found->count != 1)
		return line_refuse(line, "is no NAME=VALUE; this is no shell script", reason);
	if (param_row_find(row->name) == NULL)
		return reason_set(reason, STATUS_UNKNOWN_PARAMETER,
			"%.100s line %u: %.40s is no parameter; see luks-ssm(8)", line->path,
			line->number, row->name);
	for (size_t i = 0; i < before->count; i++) {
		if (strcmp(before->rows[i].name, row->name) == 0)
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"%.100s line %u: %.40s is set a second time", line->path,
				line->number, row->name);
	}
	if (value_is_shell(row->value.bytes))
		return line_refuse(line, "nothing is expanded here; write the value itself",
			reason);
	return STATUS_OK;
}

static enum status
config_line_take(const struct config_line *line, struct variables *variables, struct reason *reason)
{
	owned_secret text = {0};
	owned_variables found = {0};
	unsigned int open = 0;
	enum status status = secret_copy(line->text, line->length_bytes, &text);

	if (status == STATUS_OK)
		status = env_file_parse(&text, &found, &open);
	if (status == STATUS_OK && open != 0)
		status = line_refuse(line,
			"a quote is left open, or the line ends with a backslash; close it",
			reason);
	if (status == STATUS_OK)
		status = line_judge(line, &found, variables, reason);
	if (status == STATUS_OK)
		status = variables_set(variables, found.rows[0].name, found.rows[0].value.bytes,
			found.rows[0].value.length_bytes);
	if (status == STATUS_OK)
		variables_set_line(variables, found.rows[0].name, line->number);
	return status;
}

enum status
config_text_parse(const struct secret *text, const char *path, struct variables *ret_variables,
	struct reason *reason)
{
	owned_variables variables = {0};
	struct config_line line = {.path = path, .text = text->bytes};
	const char *end = text->bytes + text->length_bytes;
	enum status status = root_file_check_start(text, path, reason);

	while (status == STATUS_OK && line.text < end) {
		size_t left_bytes = (size_t)(end - line.text);
		const char *newline = memchr(line.text, '\n', left_bytes);

		line.length_bytes = newline != NULL ? (size_t)(newline - line.text) : left_bytes;
		line.number++;
		if (!line_is_empty(&line))
			status = config_line_take(&line, &variables, reason);
		line.text += line.length_bytes + 1;
	}
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for %.100s", path);
	*ret_variables = variables;
	variables = (struct variables){0};
	return STATUS_OK;
}

enum status
config_file_read(const char *path, struct variables *ret_variables, struct reason *reason)
{
	owned_secret text = {0};
	enum status status = root_file_read(path, "config", &text, reason);

	if (status != STATUS_OK)
		return status;
	return config_text_parse(&text, path, ret_variables, reason);
}

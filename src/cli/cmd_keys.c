/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keys PATH: what lies below a path of Parameter Store. Never a value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/store.h"

/* Labels cost a call each: beyond so many parameters they are left out. */
#define LABELS_MOST 50

static void
time_tell(struct json_object *row, const char *seconds)
{
	char text[32];
	time_t at = (time_t)strtoll(seconds, NULL, 10);
	struct tm utc;

	if (gmtime_r(&at, &utc) == NULL ||
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		return;
	answer_text(row, "changed", text);
}

/* The labels of all versions: "current:3,previous:2". */
static void
labels_tell(struct json_object *row, const struct store_rows *history)
{
	char text[512];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < history->count && used < sizeof(text); i++) {
		const char *labels = history->rows[i][STORE_LABELS];

		if (*labels != '\0')
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s:%s",
				used > 0 ? " " : "", history->rows[i][STORE_VERSION], labels);
	}
	answer_text(row, "labels", text);
}

/* Whether the labels were asked for and told. */
static bool
key_row_tell(const struct command_call *call, const char *const columns[static STORE_COLUMNS],
	bool with_labels, struct json_object *row)
{
	struct params one = call->params;
	owned_store_rows history = {0};

	answer_text(row, "name", columns[STORE_NAME]);
	answer_text(row, "version", columns[STORE_VERSION]);
	answer_text(row, "type", columns[STORE_TYPE]);
	time_tell(row, columns[STORE_MODIFIED]);
	one.ssm_parameter = columns[STORE_NAME];
	if (!with_labels ||
		store_list(&one, OPERATION_HISTORY, call->deadline, &history, NULL) != STATUS_OK)
		return false;
	labels_tell(row, &history);
	return true;
}

/* AWS answers nothing for a full name: is it one? */
static enum status
full_name_tell(struct command_call *call, struct json_object *root, struct reason *reason)
{
	owned_store_rows history = {0};
	struct reason refusal = {0};
	enum status status = store_list(&call->params, OPERATION_HISTORY, call->deadline, &history,
		&refusal);

	/* A reader has no right to look, and need not have it: then it may be one. */
	if (status == STATUS_DENIED)
		return reason_set(reason, status,
			"nothing lies below %.60s; if it is a parameter's own name, luks-ssm check fetches it, and what it is takes ssm:GetParameterHistory",
			call->params.ssm_parameter);
	if (status != STATUS_OK && status != STATUS_NO_PARAMETER)
		return reason_pass(&refusal, reason);
	if (status != STATUS_OK || history.count == 0)
		return reason_set(reason, STATUS_NO_PARAMETER,
			"%.80s: nothing lies below it; check path, region and account",
			call->params.ssm_parameter);
	answer_text(root, "note",
		"this is the full name of a parameter: GetParametersByPath lists what lies below a path, and answers nothing for it");
	struct json_object *row = answer_row(answer_list(root, "parameters"));

	(void)key_row_tell(call, history.rows[history.count - 1], false, row);
	labels_tell(row, &history);
	return STATUS_OK;
}

enum status
cmd_keys(struct command_call *call, struct reason *reason)
{
	struct json_object *root = answer_root(&call->answer);
	owned_store_rows rows = {0};
	enum status status = reason_pass(&call->params.problem, reason);

	if (status == STATUS_OK)
		status = store_list(&call->params, OPERATION_BY_PATH, call->deadline, &rows,
			reason);
	if (status != STATUS_OK)
		return status;
	if (rows.count == 0)
		return full_name_tell(call, root, reason);
	struct json_object *list = answer_list(root, "parameters");

	bool with_labels = rows.count <= LABELS_MOST;

	/* Who is refused once is refused again. */
	for (size_t i = 0; i < rows.count; i++)
		with_labels = key_row_tell(call, rows.rows[i], with_labels, answer_row(list));
	if (rows.cut)
		answer_text(root, "note", "there are more; name a longer path");
	else if (!with_labels)
		answer_text(root, "note",
			"labels are not told: there are too many parameters, or ssm:GetParameterHistory is not allowed");
	return STATUS_OK;
}

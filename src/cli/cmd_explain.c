/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain CODE: what the word before the colon of a message means. Needs no root and no volume. */
#include <string.h>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/explain.h"

static void
code_tell(enum status status, struct json_object *object)
{
	answer_text(object, "code", status_code(status));
	answer_number(object, "exit_code", exit_code_of(status));
	answer_text(object, "meaning", explain_meaning(status));
	answer_text(object, "what_helps", explain_help(status));
}

/* The code alone, or the whole message it was copied from. */
static bool
code_is(const char *text, const char *code)
{
	size_t length_bytes = strlen(code);

	return strncmp(text, code, length_bytes) == 0 &&
		(text[length_bytes] == '\0' || text[length_bytes] == ':');
}

enum status
cmd_explain(struct command_call *call, struct reason *reason)
{
	struct json_object *root = answer_root(&call->answer);
	struct json_object *list = call->operand == NULL ? answer_list(root, "codes") : NULL;

	for (int i = STATUS_OK + 1; i < STATUS_COUNT; i++) {
		if (list != NULL) {
			struct json_object *row = answer_row(list);

			answer_text(row, "code", status_code((enum status)i));
			answer_text(row, "meaning", explain_meaning((enum status)i));
		} else if (code_is(call->operand, status_code((enum status)i))) {
			code_tell((enum status)i, root);
			return STATUS_OK;
		}
	}
	if (list != NULL)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"\"%.60s\" is no code; luks-ssm explain lists them", call->operand);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Read as files of credentials are, but for the code of a refusal. */
#include "cli/root_file.h"

#include <stdio.h>
#include <string.h>

#include "creds/trusted_file.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

enum status
root_file_read(const char *path, const char *option, struct secret *ret_text, struct reason *reason)
{
	struct reason refusal = {0};
	enum status status = trusted_file_read(path, option, TRUSTED_READABLE, ROOT_FILE_BYTES,
		ret_text, &refusal);

	if (status == STATUS_BAD_PROFILE)
		return reason_set(reason, STATUS_BAD_PARAMETER, "%s",
			refusal.text + strlen(status_code(STATUS_BAD_PROFILE)) + strlen(": "));
	reason_pass(&refusal, reason);
	return status;
}

enum status
root_file_check_start(const struct secret *text, const char *path, struct reason *reason)
{
	if (text->length_bytes < strlen(BYTE_ORDER_MARK) ||
		memcmp(text->bytes, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) != 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"%.100s line 1: begins with a byte order mark; save it without one", path);
}

void
root_file_locate(const char *path, const struct variables *file, root_file_word *word,
	struct reason *problem)
{
	struct reason located = {0};
	char name[64];

	if (problem->status == STATUS_OK)
		return;
	const char *text = problem->text + strlen(status_code(problem->status)) + strlen(": ");
	size_t name_bytes = strcspn(text, "=: ");

	snprintf(name, sizeof(name), "%.*s", (int)name_bytes, text);
	unsigned int line = variables_line(file, name);
	const char *named = word != NULL ? word(name) : name;

	if (line > 0)
		reason_set(&located, problem->status, "%.100s line %u: %s%s", path, line, named,
			text + name_bytes);
	else if (problem->status == STATUS_MISSING_PARAMETER)
		reason_set(&located, problem->status, "%.100s: %s%s", path, named,
			text + name_bytes);
	else
		return;
	*problem = located;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reason line: first writer wins, one line, bounded. */
#include "base/reason.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
text_make_printable(char *text)
{
	for (char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

/* Marks that something was cut, without leaving half of a UTF-8 character before the mark. */
static void
text_mark_cut(char text[static REASON_BYTES])
{
	static const char mark[] = "...";
	size_t at = REASON_BYTES - sizeof(mark);

	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	memcpy(text + at, mark, sizeof(mark));
}

enum status
reason_set(struct reason *reason, enum status status, const char *format, ...)
{
	if (reason == NULL || reason->text[0] != '\0')
		return status;

	int used = snprintf(reason->text, sizeof(reason->text), "%s: ", status_code(status));
	size_t room = sizeof(reason->text) - (size_t)used;
	va_list arguments;

	va_start(arguments, format);
	int wanted = vsnprintf(reason->text + used, room, format, arguments);
	va_end(arguments);

	if (wanted < 0 || (size_t)wanted >= room)
		text_mark_cut(reason->text);
	text_make_printable(reason->text);
	reason->status = status;
	return status;
}

enum status
reason_pass(const struct reason *from, struct reason *reason)
{
	if (reason != NULL && reason->text[0] == '\0' && from->text[0] != '\0')
		*reason = *from;
	return from->status;
}

void
reason_clear(struct reason *reason)
{
	memset(reason, 0, sizeof(*reason));
}

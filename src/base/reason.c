/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reason line: first writer wins, one line, bounded. */
#include "base/reason.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Before it is cut: the longest path there is, and words around it. */
#define TEXT_BYTES_MAX (PATH_MAX + 1024)

static void
text_make_printable(char *text)
{
	for (char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

static bool
byte_continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/*
 * Puts as much of FROM into the ROOM_BYTES at TO as fits: a long path in the middle gives way,
 * because what to do about it stands at the end. Leaves no half of a UTF-8 character.
 */
static void
text_fit(char *to, size_t room_bytes, const char *from)
{
	static const char mark[] = "...";
	size_t length = strlen(from);

	if (length < room_bytes) {
		memcpy(to, from, length + 1);
		return;
	}

	size_t tail = length - room_bytes / 2;
	size_t head = room_bytes - 1 - strlen(mark) - room_bytes / 2;

	while (byte_continues(from[tail]))
		tail++;
	while (head > 0 && byte_continues(from[head]))
		head--;
	snprintf(to, room_bytes, "%.*s%s%s", (int)head, from, mark, from + tail);
}

enum status
reason_set(struct reason *reason, enum status status, const char *format, ...)
{
	if (reason == NULL || reason->text[0] != '\0')
		return status;

	char text[TEXT_BYTES_MAX];
	int used = snprintf(reason->text, sizeof(reason->text), "%s: ", status_code(status));
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	text_fit(reason->text + used, sizeof(reason->text) - (size_t)used, text);
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

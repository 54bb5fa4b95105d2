/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Header lines from the network, one for each line of the input. What is kept is printable and
 * bounded, and nobody makes us wait for ever or before now.
 */
#include <ctype.h>
#include <string.h>

#include "aws/http_reply.h"
#include "fuzz.h"

static void
text_check(const char *text, size_t room_bytes)
{
	fuzz_promise(memchr(text, '\0', room_bytes) != NULL, "a text ends");
	for (const char *c = text; *c != '\0'; c++)
		fuzz_promise(isprint((unsigned char)*c), "a text is printable");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	struct http_reply reply = HTTP_REPLY_NONE;
	const char *line = (const char *)bytes, *end = line + length_bytes;

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *line_end = newline != NULL ? newline + 1 : end;

		http_header_take(line, (size_t)(line_end - line), &reply);
		line = line_end;
	}
	text_check(reply.content_type, sizeof(reply.content_type));
	text_check(reply.request_id, sizeof(reply.request_id));
	text_check(reply.error_type, sizeof(reply.error_type));
	for (const char *c = reply.content_type; *c != '\0'; c++)
		fuzz_promise(!isupper((unsigned char)*c) && strchr("; \t", *c) == NULL,
			"a content type is bare and in lower case");
	fuzz_promise(reply.date_s >= -1 && reply.retry_after_s >= -1 && reply.retry_at_s >= -1,
		"a time is one or none");
	fuzz_promise(http_reply_pause_ms(&reply, 1800000000) >= 0, "no pause ends before now");
	return 0;
}

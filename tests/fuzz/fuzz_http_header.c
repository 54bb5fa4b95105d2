/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: header lines from the network. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/http_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	struct http_reply reply = {.date_s = -1};
	char *line = malloc(length_bytes + 1);

	if (line == NULL)
		return 0;
	memcpy(line, bytes, length_bytes);
	http_header_take(line, length_bytes, &reply);
	free(line);
	if (strlen(reply.request_id) >= sizeof(reply.request_id) || reply.date_s < -1)
		abort();
	return 0;
}

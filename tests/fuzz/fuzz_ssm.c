/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: replies of SSM. Success means a key, failure means none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ssm.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	static const struct endpoint endpoint = {.host = "localhost"};
	static const char *const encodings[] = {"text", "raw", "base64", "hex"};
	struct ssm_question question = {.name = "/p",
		.encoding = encodings[length_bytes % 4],
		.endpoint = &endpoint};
	owned_http_reply reply = {.status = length_bytes % 5 == 0 ? 400 : 200,
		.content_type = "application/json"};
	owned_ssm_answer answer = {0};
	struct reply_facts facts = {0};
	struct reason reason = {0};

	if (secret_copy(bytes, length_bytes, &reply.body) != STATUS_OK)
		abort();

	enum status status = ssm_reply_take(&reply, &question, &answer, &facts, &reason);

	if ((status == STATUS_OK) != (answer.decoded.key.length_bytes > 0))
		abort();
	if (status != STATUS_OK && status != STATUS_NO_MEMORY && reason.text[0] == '\0')
		abort();
	return 0;
}

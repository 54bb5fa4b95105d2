/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replies of SSM. Success means a key, failure means none and a reason without the value. */
#include <string.h>

#include "aws/json.h"
#include "aws/ssm.h"
#include "fuzz.h"

/* The first byte of the input says how the value is encoded and whether plain ones are taken. */
static void
question_choose(uint8_t byte, struct ssm_question *question)
{
	static const char *const encodings[] = {"text", "raw", "base64", "hex"};

	question->encoding = encodings[byte % 4];
	question->plain_string_ok = byte / 4 % 2 == 1;
}

static void
value_check(const struct secret *body, const struct reason *reason)
{
	owned_json object = NULL;

	if (json_parse(body, &object) == STATUS_OK)
		fuzz_unquoted_check(reason,
			json_member_text(json_member_object(object, "Parameter"), "Value"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	static const struct endpoint endpoint = {.host = "localhost"};
	struct ssm_question question = {.name = "/p", .endpoint = &endpoint};
	owned_http_reply reply = {.status = 200, .content_type = "application/json"};
	owned_ssm_answer answer = {0};
	struct reply_facts facts = {0};
	struct reason reason = {0};

	if (length_bytes == 0)
		return 0;
	question_choose(bytes[0], &question);
	fuzz_promise(secret_copy(bytes + 1, length_bytes - 1, &reply.body) == STATUS_OK,
		"there is memory");

	enum status status = ssm_reply_take(&reply, &question, &answer, &facts, &reason);

	fuzz_promise((status == STATUS_OK) == (answer.decoded.key.length_bytes > 0),
		"success means a key");
	if (status == STATUS_OK)
		return 0;
	fuzz_reason_check(status, &reason);
	value_check(&reply.body, &reason);
	return 0;
}

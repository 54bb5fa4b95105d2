/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies with an error in them. The first line of the input is the error header, the rest the
 * body. Never a success, and of the body only a bounded code is shown.
 */
#include <stdio.h>
#include <string.h>

#include "aws/aws_error.h"
#include "aws/json.h"
#include "aws/ssm.h"
#include "base/own.h"
#include "fuzz.h"

static void
code_check(const char *code)
{
	fuzz_promise(strlen(code) < AWS_CODE_BYTES, "a code is short");
	for (const char *c = code; *c != '\0'; c++)
		fuzz_promise((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
				(*c >= 'a' && *c <= 'z'),
			"a code is letters and digits");
}

static void
codes_check(const char *text)
{
	char code[AWS_CODE_BYTES];

	aws_code_take(text, code);
	code_check(code);
	kms_code_take(text, code);
	code_check(code);
}

/* A message with a blank in it is no code and is not shown. */
static void
message_check(const struct secret *body, const struct reason *reason)
{
	owned_json object = NULL;

	if (json_parse(body, &object) != STATUS_OK)
		return;

	const char *message = json_member_text(object, "message");

	if (message != NULL && strlen(message) > 40 && strchr(message, ' ') != NULL)
		fuzz_unquoted_check(reason, message);
}

static void
reply_check(long http_status, const char *header, const char *body)
{
	static const struct endpoint endpoint = {.host = "localhost"};
	struct ssm_question question = {.name = "/p", .encoding = "text", .endpoint = &endpoint};
	owned_http_reply reply = {.status = http_status,
		.content_type = "application/x-amz-json-1.1"};
	owned_ssm_answer answer = {0};
	struct reply_facts facts = {0};
	struct reason reason = {0};

	snprintf(reply.error_type, sizeof(reply.error_type), "%s", header);
	fuzz_promise(secret_copy(body, strlen(body), &reply.body) == STATUS_OK, "there is memory");

	enum status status = ssm_reply_take(&reply, &question, &answer, &facts, &reason);

	fuzz_promise(status != STATUS_OK && answer.decoded.key.length_bytes == 0,
		"an error is no success");
	fuzz_reason_check(status, &reason);
	message_check(&reply.body, &reason);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);
	char *newline = strchr(text, '\n');
	const char *body = newline != NULL ? newline + 1 : "";

	if (newline != NULL)
		*newline = '\0';
	codes_check(text);
	codes_check(body);
	reply_check(400, text, body);
	reply_check(429, text, body);
	reply_check(503, text, body);
	return 0;
}

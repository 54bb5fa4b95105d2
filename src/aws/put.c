/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of PutParameter lies in a secret from its first byte to its last. */
#include "aws/put.h"

#include <stdio.h>
#include <string.h>

#include "aws/json.h"

/* A parameter of the standard tier holds that many bytes of value. */
#define VALUE_BYTES 4096
#define PART_BYTES 16384

static enum status
body_append(struct secret *body, const char *text)
{
	return secret_append(body, text, strlen(text));
}

/* ",NAME:VALUE" with VALUE quoted; nothing for a NULL value. */
static enum status
body_append_member(struct secret *body, const char *name, const char *value)
{
	owned_secret quoted = {0};

	if (value == NULL)
		return STATUS_OK;

	enum status status = secret_make(&quoted, PART_BYTES);

	if (status == STATUS_OK)
		status = json_quote(value, quoted.room_bytes, quoted.bytes);
	if (status == STATUS_OK)
		status = body_append(body, body->length_bytes > 1 ? ",\"" : "\"");
	if (status == STATUS_OK)
		status = body_append(body, name);
	if (status == STATUS_OK)
		status = body_append(body, "\":");
	return status == STATUS_OK ? body_append(body, quoted.bytes) : status;
}

static enum status
body_make(const struct request *request, const char *name, struct secret *ret_body)
{
	enum status status = secret_make(ret_body, 5 * (size_t)PART_BYTES);

	if (status == STATUS_OK)
		status = body_append(ret_body, "{");
	if (status == STATUS_OK)
		status = body_append_member(ret_body, "Name", name);
	if (status == STATUS_OK)
		status = body_append_member(ret_body, "Value", request->value.bytes);
	if (status == STATUS_OK)
		status = body_append_member(ret_body, "Description", request->description);
	if (status == STATUS_OK)
		status = body_append_member(ret_body, "KeyId", request->kms_key);
	return status == STATUS_OK
		? body_append(ret_body, ",\"Type\":\"SecureString\",\"Overwrite\":false}")
		: status;
}

enum status
ssm_put(struct http_client *client, const struct request *request,
	const struct ssm_question *question, struct deadline deadline,
	struct ssm_answer *ret_answer, struct reply_facts *ret_facts, struct reason *reason)
{
	owned_secret body = {0};
	owned_json object = NULL;
	const struct ssm_action action = {"AmazonSSM.PutParameter", "ssm:PutParameter",
		"kms:Encrypt"};

	if (request->value.bytes == NULL || request->value.length_bytes > VALUE_BYTES ||
		strlen(request->value.bytes) != request->value.length_bytes)
		return reason_set(reason, STATUS_BAD_VALUE,
			"%.32s: the value to store has no byte, a NUL, or more than %d bytes",
			parameter_name_tail(question->name), VALUE_BYTES);

	enum status status = body_make(request, question->name, &body);

	if (status != STATUS_OK)
		return reason_set(reason, status, "%.32s: the request to store it cannot be made",
			parameter_name_tail(question->name));
	status = ssm_post(client, question, &action, body.bytes, deadline, &object, ret_facts,
		reason);
	if (status == STATUS_OK)
		ret_answer->version = (uint64_t)json_member_number(object, "Version", 0);
	return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GetParameter: the request, and every way in which its reply can be wrong. */
#include "aws/ssm.h"

#include <stdio.h>
#include <string.h>

#include "aws/aws_error.h"
#include "aws/json.h"

#define JSON_TYPE "application/x-amz-json-1.1"
/* A Secrets Manager value has up to 64 KB, of which each byte may be escaped to six. */
#define REPLY_LIMIT_BYTES (512u << 10)
#define BODY_BYTES (6 * PARAMETER_NAME_BYTES + 64)

static bool
reply_is_json(const struct http_reply *reply)
{
	return strcmp(reply->content_type, JSON_TYPE) == 0 ||
		strcmp(reply->content_type, "application/json") == 0;
}

static const struct ssm_action get_action = {"AmazonSSM.GetParameter", "ssm:GetParameter",
	"kms:Decrypt"};

/*
 * A refusal names the right that is missing, which depends on what was called. An ARN may be of
 * another account, whose part it then is to share it.
 */
static enum status
denial_explain(const struct http_reply *reply, const struct ssm_question *question,
	const struct ssm_action *action, const char *message, struct reason *reason)
{
	char nested[AWS_CODE_BYTES] = "";
	const char *id = reply->request_id[0] != '\0' ? reply->request_id : "unknown";

	if (message != NULL)
		kms_code_take(message, nested);
	if (action->kms_right != NULL && strcmp(nested, "AccessDeniedException") == 0)
		return reason_set(reason, STATUS_DENIED,
			"%.40s: grant %s on its key (key ARN, no alias) (AccessDeniedException, request %.40s)",
			parameter_name_tail(question->name), action->kms_right, id);
	if (nested[0] != '\0')
		return STATUS_OK;
	return reason_set(reason, STATUS_DENIED,
		"%.40s: not allowed; grant %s%s (AccessDeniedException, request %.40s)",
		parameter_name_tail(question->name), action->right,
		strncmp(question->name, "arn:", 4) == 0 ? ", or share it from its account" : "",
		id);
}

/* An answer with an error in it: header and body may both name the code. */
static enum status
error_take(const struct http_reply *reply, const struct ssm_question *question,
	const struct ssm_action *action, struct reply_facts *facts, struct reason *reason)
{
	owned_json object = NULL;
	char code[AWS_CODE_BYTES] = "";

	if (!reply_is_json(reply) || json_parse(&reply->body, &object) != STATUS_OK)
		return foreign_reply_explain(reply, question->endpoint->host, reason);

	const char *type = json_member_text(object, "__type");
	const char *message = json_member_text(object, "message");

	if (message == NULL)
		message = json_member_text(object, "Message");
	aws_code_take(reply->error_type[0] != '\0' || type == NULL ? reply->error_type : type,
		code);
	if (code[0] == '\0')
		return foreign_reply_explain(reply, question->endpoint->host, reason);
	facts->signature_refused = aws_code_is_of_signature(code);
	if (strcmp(code, "AccessDeniedException") == 0) {
		enum status status = denial_explain(reply, question, action, message, reason);

		if (status != STATUS_OK)
			return status;
	}
	return aws_error_explain(code, message, reply, parameter_name_tail(question->name), reason);
}

static enum status
shape_refuse(const struct http_reply *reply, const char *what, struct reason *reason)
{
	return reason_set(reason, STATUS_BAD_REPLY,
		"SSM: the reply %s (request %.40s); see what sits between", what,
		reply->request_id[0] != '\0' ? reply->request_id : "unknown");
}

/* The types that SSM has, and no other text of the reply: what stands there may be the value. */
static const char *
type_word(const char *type)
{
	static const char *const known[] = {"String", "StringList"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(type, known[i]) == 0)
			return known[i];
	}
	return "parameter of an unknown type";
}

static enum status
type_check(const char *type, const struct ssm_question *question, struct reason *reason)
{
	if (strcmp(type, "SecureString") == 0 ||
		(question->plain_string_ok && strcmp(type, "String") == 0))
		return STATUS_OK;
	return reason_set(reason, STATUS_NOT_SECURE_STRING,
		"%.32s: it is a %s, not a SecureString; store it encrypted or set require_secure_string=no",
		parameter_name_tail(question->name), type_word(type));
}

static enum status
reply_object(const struct http_reply *reply, const struct ssm_question *question,
	const struct ssm_action *action, struct json_object **ret_object, struct reply_facts *facts,
	struct reason *reason)
{
	if (reply->status != 200)
		return error_take(reply, question, action, facts, reason);
	if (!reply_is_json(reply))
		return foreign_reply_explain(reply, question->endpoint->host, reason);
	if (json_parse(&reply->body, ret_object) != STATUS_OK)
		return shape_refuse(reply, "is not JSON", reason);
	return STATUS_OK;
}

enum status
ssm_reply_take(const struct http_reply *reply, const struct ssm_question *question,
	struct ssm_answer *ret_answer, struct reply_facts *facts, struct reason *reason)
{
	owned_json object = NULL;
	size_t value_bytes = 0;
	enum status status = reply_object(reply, question, &get_action, &object, facts, reason);

	if (status != STATUS_OK)
		return status;

	struct json_object *parameter = json_member_object(object, "Parameter");
	const char *type = json_member_text(parameter, "Type");
	const char *value = json_member_bytes(parameter, "Value", &value_bytes);

	bool has_version = json_object_object_get_ex(parameter, "Version", NULL);
	int64_t version = json_member_number(parameter, "Version", has_version ? -1 : 0);

	if (type == NULL || value == NULL)
		return shape_refuse(reply, "holds no parameter", reason);
	/* It is counted down from, where the value opens nothing. */
	if (version < 0 || version > UINT32_MAX)
		return shape_refuse(reply, "has a Version that is no number", reason);

	status = type_check(type, question, reason);
	if (status == STATUS_OK)
		status = encoding_decode(question->encoding, parameter_name_tail(question->name),
			value, value_bytes, &ret_answer->decoded, reason);
	if (status == STATUS_OK)
		ret_answer->version = (uint64_t)version;
	if (status == STATUS_OK && json_member_text(parameter, "ARN") != NULL)
		snprintf(ret_answer->arn, sizeof(ret_answer->arn), "%s",
			json_member_text(parameter, "ARN"));
	return status;
}

static enum status
request_post(struct http_client *client, const struct ssm_question *question,
	const struct ssm_action *action, const char *body, struct deadline deadline,
	struct http_reply *ret_reply, struct reply_facts *ret_facts, struct reason *reason)
{
	struct service_call call = {
		.service = "ssm",
		.region = question->region,
		.endpoint = question->endpoint,
		.content_type = JSON_TYPE,
		.target = action->target,
		.body = body,
		.credentials = question->credentials,
		.now_s = question->now_s,
		.reply_limit_bytes = REPLY_LIMIT_BYTES,
		.facts = ret_facts,
	};

	return service_post(client, &call, deadline, ret_reply, reason);
}

enum status
ssm_post(struct http_client *client, const struct ssm_question *question,
	const struct ssm_action *action, const char *body, struct deadline deadline,
	struct json_object **ret_object, struct reply_facts *ret_facts, struct reason *reason)
{
	owned_http_reply reply = HTTP_REPLY_NONE;
	enum status status = request_post(client, question, action, body, deadline, &reply,
		ret_facts, reason);

	return status == STATUS_OK
		? reply_object(&reply, question, action, ret_object, ret_facts, reason)
		: status;
}

enum status
ssm_get(struct http_client *client, const struct ssm_question *question, struct deadline deadline,
	struct ssm_answer *ret_answer, struct reply_facts *ret_facts, struct reason *reason)
{
	owned_http_reply reply = HTTP_REPLY_NONE;
	char name[BODY_BYTES - 64], body[BODY_BYTES];
	enum status status = json_quote(question->name, sizeof(name), name);

	if (status != STATUS_OK)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"ssm_parameter: the name is too long; correct it");
	snprintf(body, sizeof(body), "{\"Name\":%s,\"WithDecryption\":true}", name);

	status = request_post(client, question, &get_action, body, deadline, &reply, ret_facts,
		reason);
	if (status != STATUS_OK)
		return status;
	return ssm_reply_take(&reply, question, ret_answer, ret_facts, reason);
}

void
ssm_answer_end(struct ssm_answer *answer)
{
	decoded_end(&answer->decoded);
	secret_end(&answer->listing);
}

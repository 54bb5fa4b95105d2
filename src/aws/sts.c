/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AssumeRole, and the form, the exchange and the reply that both questions share. */
#include "aws/sts.h"

#include <stdio.h>
#include <string.h>

#include "aws/aws_error.h"
#include "aws/xml.h"

#define STS_VERSION "2011-06-15"
#define STS_REPLY_LIMIT_BYTES (64u << 10)
/* What stands in a form beside the values. */
#define FORM_NAMES_BYTES 256

/* RFC 3986: what is not unreserved is escaped, byte for byte. */
static enum status
escaped_append(struct secret *form, const char *value)
{
	static const char unreserved[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	static const char digits[] = "0123456789ABCDEF";
	enum status status = STATUS_OK;

	for (const char *c = value; *c != '\0' && status == STATUS_OK; c++) {
		const char escape[] = {'%', digits[(unsigned char)*c >> 4],
			digits[(unsigned char)*c & 15]};
		bool is_plain = strchr(unreserved, *c) != NULL;

		status = secret_append(form, is_plain ? c : escape, is_plain ? 1 : sizeof(escape));
	}
	return status;
}

enum status
sts_form_add(struct secret *form, const char *name, const char *value)
{
	enum status status = secret_append(form, "&", 1);

	if (status == STATUS_OK)
		status = secret_append(form, name, strlen(name));
	if (status == STATUS_OK)
		status = secret_append(form, "=", 1);
	return status == STATUS_OK ? escaped_append(form, value) : status;
}

enum status
sts_form_begin(const char *action, const struct request_role *role, size_t extra_bytes,
	struct secret *form)
{
	char head[80], duration[16];
	size_t values_bytes = strlen(role->arn) + strlen(role->session) + extra_bytes;
	enum status status = secret_make(form, FORM_NAMES_BYTES + 3 * values_bytes);

	snprintf(head, sizeof(head), "Action=%s&Version=" STS_VERSION, action);
	snprintf(duration, sizeof(duration), "%u", role->duration_s);
	if (status == STATUS_OK)
		status = secret_append(form, head, strlen(head));
	if (status == STATUS_OK)
		status = sts_form_add(form, "RoleArn", role->arn);
	if (status == STATUS_OK)
		status = sts_form_add(form, "RoleSessionName", role->session);
	if (status == STATUS_OK && role->duration_s > 0)
		status = sts_form_add(form, "DurationSeconds", duration);
	return status;
}

/* What is told of a role: the end of its ARN, which is where they differ. */
static const char *
role_shown(const struct request_role *role)
{
	size_t length_bytes = strlen(role->arn);

	return role->arn + (length_bytes > 60 ? length_bytes - 60 : 0);
}

static enum status
sts_error_explain(const struct http_reply *reply, const struct request_role *role, const char *code,
	const char *message, struct reason *reason)
{
	static const struct {
		const char *code;
		enum status status;
		const char *hint;
	} rows[] = {
		{"AccessDenied", STATUS_ROLE_DENIED,
			"may not be assumed; see its trust policy and external_id"},
		{"AccessDeniedException", STATUS_ROLE_DENIED,
			"may not be assumed; see its trust policy and external_id"},
		{"IDPRejectedClaim", STATUS_ROLE_DENIED,
			"the identity provider refuses the token; see its subject and audience"},
		{"ValidationError", STATUS_BAD_REQUEST,
			"STS refuses a value; check the ARN, session name, external id and duration"},
		{"InvalidAction", STATUS_BAD_REQUEST,
			"not an STS endpoint; check AWS_ENDPOINT_URL_STS"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].code, code) == 0)
			return reason_set(reason, rows[i].status, "%s: %s (%s)", role_shown(role),
				rows[i].hint, code);
	}
	return aws_error_explain(code, message, reply, "STS", reason);
}

static enum status
sts_error_take(struct http_reply *reply, const struct sts_way *way, const struct request_role *role,
	struct reason *reason)
{
	struct xml_text texts[] = {{"ErrorResponse/Error/Code", NULL},
		{"ErrorResponse/Error/Message", NULL}};
	char code[AWS_CODE_BYTES] = "";

	if (strstr(reply->content_type, "xml") != NULL &&
		xml_read(&reply->body, texts, sizeof(texts) / sizeof(texts[0])) == STATUS_OK &&
		texts[0].text != NULL)
		aws_code_take(texts[0].text, code);
	if (code[0] == '\0')
		return foreign_reply_explain(reply, way->endpoint->host, reason);
	way->facts->signature_refused = aws_code_is_of_signature(code);
	return sts_error_explain(reply, role, code, texts[1].text, reason);
}

#define RESULT(action, name) action "Response/" action "Result/Credentials/" name

/* Four leaves of the one action, then the same of the other. */
enum { LEAF_ACCESS_KEY, LEAF_SECRET_KEY, LEAF_TOKEN, LEAF_EXPIRATION, LEAF_COUNT };

enum status
sts_reply_take(struct http_reply *reply, const struct sts_way *way, const struct request_role *role,
	struct credentials *ret_credentials, struct reason *reason)
{
	struct xml_text texts[] = {
		{RESULT("AssumeRole", "AccessKeyId"), NULL},
		{RESULT("AssumeRole", "SecretAccessKey"), NULL},
		{RESULT("AssumeRole", "SessionToken"), NULL},
		{RESULT("AssumeRole", "Expiration"), NULL},
		{RESULT("AssumeRoleWithWebIdentity", "AccessKeyId"), NULL},
		{RESULT("AssumeRoleWithWebIdentity", "SecretAccessKey"), NULL},
		{RESULT("AssumeRoleWithWebIdentity", "SessionToken"), NULL},
		{RESULT("AssumeRoleWithWebIdentity", "Expiration"), NULL},
	};

	if (reply->status != 200)
		return sts_error_take(reply, way, role, reason);
	if (strstr(reply->content_type, "xml") == NULL)
		return foreign_reply_explain(reply, way->endpoint->host, reason);

	enum status status = xml_read(&reply->body, texts, sizeof(texts) / sizeof(texts[0]));
	const struct xml_text *found = texts[LEAF_ACCESS_KEY].text != NULL ? texts
									   : texts + LEAF_COUNT;

	if (status != STATUS_OK || found[LEAF_ACCESS_KEY].text == NULL ||
		found[LEAF_SECRET_KEY].text == NULL || found[LEAF_TOKEN].text == NULL ||
		found[LEAF_TOKEN].text[0] == '\0')
		return reason_set(reason, STATUS_BAD_REPLY,
			"STS: the reply %s (request %.40s); see what sits between",
			status != STATUS_OK ? "is not its XML" : "holds no credentials",
			reply->request_id[0] != '\0' ? reply->request_id : "unknown");
	status = credentials_copy("STS", found[LEAF_ACCESS_KEY].text, found[LEAF_SECRET_KEY].text,
		found[LEAF_TOKEN].text, ret_credentials, reason);
	if (status != STATUS_OK)
		return status;

	const char *expiration = found[LEAF_EXPIRATION].text;

	ret_credentials->expires_s = timestamp_parse(expiration);
	ret_credentials->expires_malformed = expiration != NULL && ret_credentials->expires_s == 0;
	return STATUS_OK;
}

enum status
sts_ask(const struct sts_way *way, const struct request_role *role, const struct secret *form,
	const struct credentials *credentials, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason)
{
	owned_http_reply reply = HTTP_REPLY_NONE;
	struct service_call call = {
		.service = "sts",
		.region = way->region,
		.endpoint = way->endpoint,
		.content_type = "application/x-www-form-urlencoded; charset=utf-8",
		.body = form->bytes,
		.credentials = credentials,
		.now_s = way->now_s,
		.reply_limit_bytes = STS_REPLY_LIMIT_BYTES,
		.facts = way->facts,
	};
	enum status status = service_post(way->client, &call, deadline, &reply, reason);

	return status == STATUS_OK ? sts_reply_take(&reply, way, role, ret_credentials, reason)
				   : status;
}

enum status
sts_assume_role(const struct sts_way *way, const struct request_role *role,
	const struct credentials *credentials, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason)
{
	owned_secret form = {0};
	size_t extra_bytes = role->external_id != NULL ? strlen(role->external_id) : 0;
	enum status status = sts_form_begin("AssumeRole", role, extra_bytes, &form);

	if (status == STATUS_OK && role->external_id != NULL)
		status = sts_form_add(&form, "ExternalId", role->external_id);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for a question to STS");
	return sts_ask(way, role, &form, credentials, deadline, ret_credentials, reason);
}

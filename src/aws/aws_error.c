/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of src/aws/aws_error.def, and the bounded matchers that find codes. */
#include "aws/aws_error.h"

#include <stdio.h>
#include <string.h>

struct error_row {
	const char *code;
	enum status status;
	const char *hint;
};

static const struct error_row outer_rows[] = {
#define AWS_ERROR(code, status, hint) {code, STATUS_##status, hint},
#define KMS_ERROR(code, status, hint)
#include "aws/aws_error.def"
#undef AWS_ERROR
#undef KMS_ERROR
	{NULL, STATUS_OK, NULL},
};

static const struct error_row kms_rows[] = {
#define AWS_ERROR(code, status, hint)
#define KMS_ERROR(code, status, hint) {code, STATUS_##status, hint},
#include "aws/aws_error.def"
#undef AWS_ERROR
#undef KMS_ERROR
	{NULL, STATUS_OK, NULL},
};

static const struct error_row *
row_find(const struct error_row *row, const char *code)
{
	while (row->code != NULL && strcmp(row->code, code) != 0)
		row++;
	return row->code != NULL ? row : NULL;
}

/*
 * Copies a run of letters and digits; nothing when it is empty, too long, or STOP does not follow
 * (0: anything may).
 */
static void
name_copy(const char *text, char stop, char ret_code[static AWS_CODE_BYTES])
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t length_bytes = strspn(text, letters);

	ret_code[0] = '\0';
	if (length_bytes >= AWS_CODE_BYTES || (stop != 0 && text[length_bytes] != stop))
		return;
	memcpy(ret_code, text, length_bytes);
	ret_code[length_bytes] = '\0';
}

void
aws_code_take(const char *text, char ret_code[static AWS_CODE_BYTES])
{
	const char *hash = strchr(text, '#');

	name_copy(hash != NULL ? hash + 1 : text, 0, ret_code);
}

bool
aws_code_is_of_signature(const char *code)
{
	return strcmp(code, "InvalidSignatureException") == 0 ||
		strcmp(code, "SignatureDoesNotMatch") == 0 || strcmp(code, "RequestExpired") == 0;
}

void
kms_code_take(const char *message, char ret_code[static AWS_CODE_BYTES])
{
	static const char mark[] = "Error Code: ";
	const char *found = strstr(message, mark);

	ret_code[0] = '\0';
	if (found != NULL && strstr(message, "(Service: AWSKMS;") != NULL)
		name_copy(found + strlen(mark), ';', ret_code);
}

/* The row that decides, with the code to show; NULL when neither list knows it. */
static const struct error_row *
error_find(const char *code, const char *message, char ret_nested[static AWS_CODE_BYTES])
{
	ret_nested[0] = '\0';
	if (message != NULL &&
		(strcmp(code, "InvalidKeyId") == 0 || strcmp(code, "AccessDeniedException") == 0))
		kms_code_take(message, ret_nested);

	const struct error_row *nested = ret_nested[0] != '\0' ? row_find(kms_rows, ret_nested)
							       : NULL;

	return nested != NULL ? nested : row_find(outer_rows, code);
}

static enum status
status_by_number(long http_status)
{
	if (http_status == 429)
		return STATUS_THROTTLED;
	return http_status >= 500 ? STATUS_SERVICE_TROUBLE : STATUS_BAD_REQUEST;
}

enum status
aws_error_explain(const char *code, const char *message, const struct http_reply *reply,
	const char *object, struct reason *reason)
{
	char nested[AWS_CODE_BYTES];
	const struct error_row *row = error_find(code, message, nested);
	enum status status = row != NULL ? row->status : status_by_number(reply->status);
	const char *hint = row != NULL ? row->hint : "AWS refused";

	return reason_set(reason, status, "%.40s: %s (%s%s%s, request %.40s)", object, hint, code,
		nested[0] != '\0' ? "/" : "", nested,
		reply->request_id[0] != '\0' ? reply->request_id : "unknown");
}

enum status
foreign_reply_explain(const struct http_reply *reply, const char *host, struct reason *reason)
{
	if (reply->status == 407)
		return reason_set(reason, STATUS_PROXY_REFUSED,
			"%.60s: a proxy wants a login (HTTP 407); give this node a way around it",
			host);
	if (reply->status == 429)
		return reason_set(reason, STATUS_THROTTLED, "%.60s: too many requests (HTTP 429)",
			host);
	if (reply->status >= 500)
		return reason_set(reason, STATUS_SERVICE_TROUBLE,
			"%.60s: trouble on the other side (HTTP %ld)", host, reply->status);
	if (reply->status >= 300 && reply->status < 400)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.60s: redirected (HTTP %ld), not followed; a proxy or login page sits between; check routes and DNS",
			host, reply->status);
	return reason_set(reason, STATUS_BAD_REPLY,
		"%.60s: HTTP %ld with content type %.40s, not AWS's; a proxy or login page sits between; check routes and DNS",
		host, reply->status, reply->content_type[0] != '\0' ? reply->content_type : "none");
}

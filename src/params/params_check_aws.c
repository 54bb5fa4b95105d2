/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the values that name things of AWS: the parameter, the region, the role, the endpoint.
 * They look at the form alone; whether the thing exists is AWS's to say.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "params/params_check.h"
#include "params/value.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* The longest Name that GetParameter takes, in bytes. */
#define SSM_NAME_BYTES 2048

/* The longest label, in bytes (LabelParameterVersion). */
#define SSM_LABEL_BYTES 100

/*
 * Takes the ARN's next field, "" at its end; CURSOR moves behind its colon. Returns its length in
 * bytes.
 */
static size_t
arn_field_next(const char **cursor, const char **ret_field)
{
	size_t length_bytes = strcspn(*cursor, ":");

	*ret_field = *cursor;
	*cursor += length_bytes;
	if (**cursor == ':')
		(*cursor)++;
	return length_bytes;
}

static bool
field_is(const char *field, size_t length_bytes, const char *word)
{
	return strlen(word) == length_bytes && strncmp(field, word, length_bytes) == 0;
}

static bool
field_is_account(const char *field, size_t length_bytes)
{
	return length_bytes == 12 && strspn(field, DIGITS) >= 12;
}

/* us-east-1, us-gov-west-1: words of letters, then a number, joined by dashes. */
static bool
field_is_region(const char *field, size_t length_bytes)
{
	size_t words = 0;

	while (length_bytes > 0 && islower((unsigned char)*field)) {
		size_t letters = strspn(field, LOWER);

		if (letters >= length_bytes || field[letters] != '-')
			return false;
		words++;
		field += letters + 1;
		length_bytes -= letters + 1;
	}
	return words >= 2 && length_bytes > 0 && length_bytes <= 2 &&
		strspn(field, DIGITS) >= length_bytes;
}

/*
 * arn:PARTITION:SERVICE:REGION:ACCOUNT: ; CURSOR moves to the resource. IAM is global: its region
 * is empty.
 */
static bool
arn_head_is(const char **cursor, const char *service, bool has_region)
{
	const char *field = NULL;
	size_t length_bytes = arn_field_next(cursor, &field);

	if (!field_is(field, length_bytes, "arn"))
		return false;
	length_bytes = arn_field_next(cursor, &field);
	if (length_bytes == 0 || strspn(field, LOWER "-") < length_bytes)
		return false;
	length_bytes = arn_field_next(cursor, &field);
	if (!field_is(field, length_bytes, service))
		return false;
	length_bytes = arn_field_next(cursor, &field);
	if (has_region ? !field_is_region(field, length_bytes) : length_bytes > 0)
		return false;
	length_bytes = arn_field_next(cursor, &field);
	return field_is_account(field, length_bytes);
}

/* Digits alone are a version; a label never begins with a digit, "aws" or "ssm". */
static bool
text_is_selector(const char *text)
{
	size_t length_bytes = strlen(text);

	if (length_bytes == 0 || length_bytes > SSM_LABEL_BYTES)
		return false;
	if (isdigit((unsigned char)*text))
		return strspn(text, DIGITS) == length_bytes && strspn(text, "0") < length_bytes;
	if (strncasecmp(text, "aws", 3) == 0 || strncasecmp(text, "ssm", 3) == 0)
		return false;
	return strspn(text, LOWER UPPER DIGITS "_.-") == length_bytes;
}

static bool
text_is_parameter_path(const char *text)
{
	/* Names of Secrets Manager may have more characters than those of the Parameter Store. */
	bool is_reference = strncmp(text, "/aws/reference/secretsmanager/",
				    strlen("/aws/reference/secretsmanager/")) == 0;
	const char *plain = is_reference ? LOWER UPPER DIGITS "_.-/+=@" : LOWER UPPER DIGITS "_.-/";
	size_t length_bytes = strspn(text, plain);

	if (length_bytes == 0 || text[length_bytes - 1] == '/' || strstr(text, "//") != NULL)
		return false;
	return text[length_bytes] == '\0' ||
		(text[length_bytes] == ':' && text_is_selector(text + length_bytes + 1));
}

enum status
check_ssm_parameter(const char *name, const char *value, struct reason *reason)
{
	const char *path = value;

	if (strlen(value) > SSM_NAME_BYTES)
		return value_reject(reason, name, value, "is longer than SSM takes");
	if (strncmp(value, "arn:", strlen("arn:")) == 0) {
		if (!arn_head_is(&path, "ssm", true) ||
			strncmp(path, "parameter/", strlen("parameter/")) != 0)
			return value_reject(reason, name, value,
				"must be arn:PARTITION:ssm:REGION:ACCOUNT:parameter/NAME");
		path += strlen("parameter/");
	} else if (strchr(value, '/') != NULL && *value != '/') {
		return value_reject(reason, name, value, "must begin with a slash when it has one");
	}
	if (!text_is_parameter_path(path))
		return value_reject(reason, name, value,
			"must be a name, name:version, name:label or an ARN");
	return STATUS_OK;
}

enum status
check_region(const char *name, const char *value, struct reason *reason)
{
	if (!field_is_region(value, strlen(value)))
		return value_reject(reason, name, value, "must be a region such as eu-central-1");
	return STATUS_OK;
}

enum status
check_role_arn(const char *name, const char *value, struct reason *reason)
{
	const char *role = value;

	if (!arn_head_is(&role, "iam", false) || strncmp(role, "role/", strlen("role/")) != 0 ||
		role[strlen("role/")] == '\0' ||
		strspn(role, LOWER UPPER DIGITS "+=,.@_-/") != strlen(role))
		return value_reject(reason, name, value,
			"must be arn:PARTITION:iam::ACCOUNT:role/NAME");
	return STATUS_OK;
}

/*
 * The host of a URL: RET_HOST begins it, brackets of an IPv6 literal included. Returns its length,
 * 0 for a bad one.
 */
static size_t
url_host(const char *rest, const char **ret_host)
{
	*ret_host = rest;
	if (*rest == '[') {
		size_t inside = strspn(rest + 1, DIGITS "abcdefABCDEF:.");

		return inside > 0 && rest[1 + inside] == ']' ? inside + 2 : 0;
	}
	return strspn(rest, LOWER UPPER DIGITS ".-");
}

/* Behind the host: nothing, a port, one slash. */
static bool
url_end_is_plain(const char *end)
{
	if (*end == ':') {
		size_t digits = strspn(end + 1, DIGITS);

		if (digits == 0 || digits > 5)
			return false;
		end += 1 + digits;
	}
	return *end == '\0' || strcmp(end, "/") == 0;
}

/* 127.0.0.0/8, ::1, and the name that RFC 6761 keeps for them. */
static bool
endpoint_is_loopback(const char *host, size_t length_bytes)
{
	if (field_is(host, length_bytes, "localhost") || field_is(host, length_bytes, "[::1]"))
		return true;
	return length_bytes > 4 && strncmp(host, "127.", 4) == 0 &&
		strspn(host, DIGITS ".") >= length_bytes;
}

enum status
check_endpoint(const char *name, const char *value, struct reason *reason)
{
	bool is_https = strncmp(value, "https://", strlen("https://")) == 0;
	const char *host = NULL;

	if (!is_https && strncmp(value, "http://", strlen("http://")) != 0)
		return value_reject(reason, name, value, "must begin with https://");

	size_t length_bytes = url_host(strstr(value, "//") + 2, &host);

	if (length_bytes == 0 || !url_end_is_plain(host + length_bytes))
		return value_reject(reason, name, value,
			"must be https://HOST or https://HOST:PORT");
	if (!is_https && !endpoint_is_loopback(host, length_bytes))
		return value_reject(reason, name, value,
			"must be https; plain http is for a loopback address only");
	return STATUS_OK;
}

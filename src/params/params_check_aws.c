/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the values that name things of AWS: the parameter, the regions, the role.
 * They look at the form alone; whether the thing exists is AWS's to say.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "params/params_check.h"
#include "params/value.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define REGION_SEPARATORS ", \t"

/* The longest list that crosses to the helper (src/base/wire.def). */
#define REGIONS_MAX 8

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

size_t
region_list_next(const char **cursor, const char **ret_name)
{
	*ret_name = *cursor + strspn(*cursor, REGION_SEPARATORS);

	size_t length_bytes = strcspn(*ret_name, REGION_SEPARATORS);

	*cursor = *ret_name + length_bytes;
	return length_bytes;
}

/* Whether a region of that name stands before NAME in LIST. */
static bool
region_is_repeated(const char *list, const char *name, size_t length_bytes)
{
	const char *other = NULL;

	while (true) {
		size_t other_bytes = region_list_next(&list, &other);

		if (other == name)
			return false;
		if (other_bytes == length_bytes && strncmp(other, name, length_bytes) == 0)
			return true;
	}
}

enum status
check_region(const char *name, const char *value, struct reason *reason)
{
	const char *cursor = value, *region = NULL;
	char shown[80];
	size_t count = 0;

	for (size_t length_bytes = region_list_next(&cursor, &region); length_bytes > 0;
		length_bytes = region_list_next(&cursor, &region)) {
		/* In a list, the one that is at fault. */
		snprintf(shown, sizeof(shown), "%.*s", (int)length_bytes, region);
		if (!field_is_region(region, length_bytes))
			return value_reject(reason, name, shown,
				"must be a region such as eu-central-1, or several separated by commas");
		if (region_is_repeated(value, region, length_bytes))
			return value_reject(reason, name, shown, "is named twice; take one out");
		count++;
	}
	if (count == 0 || count > REGIONS_MAX)
		return value_reject(reason, name, value, "must name one to eight regions");
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

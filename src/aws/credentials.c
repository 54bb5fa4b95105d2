/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Credentials as texts and as JSON. */
#include "aws/credentials.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "aws/json.h"

/* Whether a header can carry it as it stands: printable ASCII without blanks. */
static bool
text_is_plain(const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~')
			return false;
	}
	return true;
}

enum status
credentials_copy(const char *origin, const char *access_key, const char *secret_key,
	const char *token, struct credentials *ret_credentials, struct reason *reason)
{
	owned_credentials credentials = {0};
	const char *wrong = NULL;

	if (access_key[0] == '\0' || strlen(access_key) >= sizeof(credentials.access_key) ||
		!text_is_plain(access_key))
		wrong = "access key id is empty, too long or";
	else if (secret_key[0] == '\0')
		wrong = "secret access key is empty or";
	else if (token != NULL && !text_is_plain(token))
		wrong = "session token is";
	if (wrong != NULL)
		return reason_set(reason, STATUS_BAD_CREDENTIALS,
			"%.80s: the %s malformed; correct it", origin, wrong);
	memcpy(credentials.access_key, access_key, strlen(access_key));

	enum status status = secret_copy(secret_key, strlen(secret_key), &credentials.secret_key);

	if (status == STATUS_OK && token != NULL && token[0] != '\0')
		status = secret_copy(token, strlen(token), &credentials.session_token);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for credentials");
	*ret_credentials = credentials;
	credentials.secret_key = (struct secret){0};
	credentials.session_token = (struct secret){0};
	return STATUS_OK;
}

#define DIGITS "0123456789"
#define TIME_FORM "dddd-dd-ddTdd:dd:dd"

/* Whether TEXT begins as FORM is, in which d is any digit. */
static bool
form_fits(const char *text, const char *form)
{
	for (; *form != '\0'; form++, text++) {
		if (*form == 'd' ? strchr(DIGITS, *text) == NULL || *text == '\0' : *text != *form)
			return false;
	}
	return true;
}

/* What stands behind the seconds, to its end: a fraction, and how far east of UTC the time is. */
static bool
zone_take(const char *text, int64_t *ret_east_s)
{
	if (*text == '.') {
		size_t digits = strspn(text + 1, DIGITS);

		if (digits == 0)
			return false;
		text += 1 + digits;
	}
	*ret_east_s = 0;
	if (*text == '\0' || strcmp(text, "Z") == 0)
		return true;

	bool has_colon = form_fits(text + 1, "dd:dd");
	size_t length_bytes = strlen(text);
	int hours = 0, minutes = 0;

	if ((*text != '+' && *text != '-') || length_bytes != (has_colon ? 6 : 5) ||
		!(has_colon || form_fits(text + 1, "dddd")) ||
		sscanf(text + 1, has_colon ? "%2d:%2d" : "%2d%2d", &hours, &minutes) != 2 ||
		hours > 23 || minutes > 59)
		return false;
	*ret_east_s = (hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
	return true;
}

int64_t
timestamp_parse(const char *text)
{
	struct tm parts = {0};
	int64_t east_s = 0;

	if (text == NULL || !form_fits(text, TIME_FORM) ||
		strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) == NULL ||
		!zone_take(text + strlen(TIME_FORM), &east_s))
		return 0;

	int day = parts.tm_mday;
	int64_t when_s = (int64_t)timegm(&parts);

	/* A day that its month does not have would be one of the next. */
	return parts.tm_mday == day ? when_s - east_s : 0;
}

enum status
credentials_parse(const struct secret *text, const char *origin,
	struct credentials *ret_credentials, struct reason *reason)
{
	owned_json object = NULL;

	if (json_parse(text, &object) != STATUS_OK)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.60s: what came is not the JSON of credentials", origin);

	const char *access_key = json_member_text(object, "AccessKeyId");
	const char *secret_key = json_member_text(object, "SecretAccessKey");
	const char *token = json_member_text(object, "Token");
	const char *code = json_member_text(object, "Code");

	if (token == NULL)
		token = json_member_text(object, "SessionToken");
	if (code != NULL && strcmp(code, "Success") != 0)
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"%.60s: it has none (%.40s); check the role", origin, code);
	if (!json_member_may_be_text(object, "Token") ||
		!json_member_may_be_text(object, "SessionToken"))
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.60s: an answer whose Token is no text; see what sits between", origin);
	if (access_key == NULL || secret_key == NULL)
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"%.60s: an answer without keys; check the role", origin);

	enum status status = credentials_copy(origin, access_key, secret_key, token,
		ret_credentials, reason);

	if (status != STATUS_OK)
		return status;

	const char *expiration = json_member_text(object, "Expiration");

	ret_credentials->expires_s = timestamp_parse(expiration);
	ret_credentials->expires_malformed = !json_member_may_be_text(object, "Expiration") ||
		(expiration != NULL && ret_credentials->expires_s == 0);
	return STATUS_OK;
}

void
credentials_end(struct credentials *credentials)
{
	secret_end(&credentials->secret_key);
	secret_end(&credentials->session_token);
	credentials->access_key[0] = '\0';
}

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
credentials_copy(const char *access_key, const char *secret_key, const char *token,
	struct credentials *ret_credentials, struct reason *reason)
{
	owned_credentials credentials = {0};

	if (access_key[0] == '\0' || secret_key[0] == '\0' ||
		strlen(access_key) >= sizeof(credentials.access_key) || !text_is_plain(access_key))
		return reason_set(reason, STATUS_BAD_CREDENTIALS,
			"the access key id or its secret is empty or malformed; correct it");
	if (token != NULL && !text_is_plain(token))
		return reason_set(reason, STATUS_BAD_CREDENTIALS,
			"the session token is malformed; correct it");
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

int64_t
timestamp_parse(const char *text)
{
	struct tm parts = {0};
	const char *end = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) : NULL;

	if (end == NULL || (*end != 'Z' && *end != '.' && *end != '+' && *end != '\0'))
		return 0;
	return (int64_t)timegm(&parts);
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
	if (access_key == NULL || secret_key == NULL)
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"%.60s: an answer without keys; check the role", origin);

	enum status status = credentials_copy(access_key, secret_key, token, ret_credentials,
		reason);

	if (status == STATUS_OK)
		ret_credentials->expires_s = timestamp_parse(json_member_text(object,
			"Expiration"));
	return status;
}

void
credentials_end(struct credentials *credentials)
{
	secret_end(&credentials->secret_key);
	secret_end(&credentials->session_token);
	credentials->access_key[0] = '\0';
}

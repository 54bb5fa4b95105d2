/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of metadata, containers and credential processes. What is taken can go into a header;
 * what is refused is not quoted.
 */
#include <string.h>

#include "aws/credentials.h"
#include "aws/json.h"
#include "fuzz.h"

static void
plain_check(const char *text, size_t length_bytes)
{
	fuzz_promise(length_bytes == strlen(text), "no NUL inside");
	for (const char *c = text; *c != '\0'; c++)
		fuzz_promise(*c > ' ' && *c <= '~', "a header can carry it");
}

static void
taken_check(const struct credentials *credentials)
{
	owned_credentials again = {0};

	fuzz_promise(credentials->access_key[0] != '\0' && credentials->secret_key.length_bytes > 0,
		"keys are not empty");
	plain_check(credentials->access_key, strlen(credentials->access_key));
	if (credentials->session_token.bytes != NULL)
		plain_check(credentials->session_token.bytes,
			credentials->session_token.length_bytes);
	fuzz_promise(credentials_copy("", credentials->access_key, credentials->secret_key.bytes,
			     credentials->session_token.bytes, &again, NULL) == STATUS_OK,
		"what was taken is taken again");
}

static void
refused_check(const struct secret *text, const struct reason *reason)
{
	owned_json object = NULL;

	if (json_parse(text, &object) != STATUS_OK)
		return;

	const char *code = json_member_text(object, "Code");
	static const char *const names[] = {"SecretAccessKey", "Token", "SessionToken"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *secret = json_member_text(object, names[i]);

		/* Who writes his secret as the code shows it himself. */
		if (secret != NULL && (code == NULL || strstr(code, secret) == NULL))
			fuzz_unquoted_check(reason, secret);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_credentials credentials = {0};
	owned_secret text = {0};
	struct reason reason = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");

	enum status status = credentials_parse(&text, "origin", &credentials, &reason);

	if (status == STATUS_OK) {
		taken_check(&credentials);
		return 0;
	}
	fuzz_promise(credentials.secret_key.bytes == NULL && credentials.access_key[0] == '\0',
		"what is refused leaves nothing behind");
	fuzz_reason_check(status, &reason);
	refused_check(&text, &reason);
	return 0;
}

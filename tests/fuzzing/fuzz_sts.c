/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies of STS in XML; one that begins as an error comes with status 400. Success means whole
 * credentials; a refusal leaves none and says why without quoting the body.
 */
#include <string.h>

#include "aws/sts.h"
#include "fuzz.h"

static void
taken_check(const struct credentials *credentials)
{
	owned_credentials again = {0};

	fuzz_promise(credentials->access_key[0] != '\0' &&
			credentials->secret_key.length_bytes > 0 &&
			credentials->session_token.bytes != NULL,
		"success means whole credentials");
	fuzz_promise(credentials_copy("", credentials->access_key, credentials->secret_key.bytes,
			     credentials->session_token.bytes, &again, NULL) == STATUS_OK,
		"what was taken is taken again");
}

/* The body up to its first tag's end may be a code; a long text with a blank is none. */
static void
refused_check(const char *body, const struct reason *reason)
{
	const char *secret = strstr(body, "<SecretAccessKey>");
	char text[64] = "";

	if (secret == NULL)
		return;
	secret += strlen("<SecretAccessKey>");
	memcpy(text, secret, strnlen(secret, sizeof(text) - 1));
	text[strcspn(text, "<")] = '\0';
	if (strpbrk(text, " +/=") != NULL)
		fuzz_unquoted_check(reason, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	static const struct endpoint endpoint = {.host = "localhost"};
	static const struct request_role role = {.arn = "arn:aws:iam::123456789012:role/r",
		.session = "s"};
	struct reply_facts facts = REPLY_FACTS_NONE;
	struct sts_way way = {.region = "eu-central-1", .endpoint = &endpoint, .facts = &facts};
	owned_http_reply reply = {.content_type = "text/xml"};
	owned_credentials credentials = {0};
	owned_secret copy = {0};
	struct reason reason = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &reply.body) == STATUS_OK &&
			secret_copy(bytes, length_bytes, &copy) == STATUS_OK,
		"there is memory");
	reply.status = strstr(copy.bytes, "<ErrorResponse") == copy.bytes ? 400 : 200;

	enum status status = sts_reply_take(&reply, &way, &role, &credentials, &reason);

	if (status == STATUS_OK) {
		fuzz_promise(reply.status == 200, "an error is no success");
		taken_check(&credentials);
		return 0;
	}
	fuzz_promise(credentials.secret_key.bytes == NULL, "a refusal leaves nothing");
	fuzz_reason_check(status, &reason);
	refused_check(copy.bytes, &reason);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a credential_process printed: whole credentials, or a reason that quotes none of it. */
#include "aws/json.h"
#include "aws/process_output.h"
#include "fuzz.h"

#define NOW_S 1800000000

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_credentials credentials = {0};
	owned_secret text = {0};
	owned_json object = NULL;
	struct reason reason = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");

	enum status status = process_output_parse(&text, "profile p", NOW_S, &credentials, &reason);

	if (status == STATUS_OK) {
		fuzz_promise(credentials.access_key[0] != '\0' &&
				credentials.secret_key.length_bytes > 0,
			"success means keys");
		return 0;
	}
	fuzz_promise(credentials.secret_key.bytes == NULL, "a refusal leaves nothing");
	fuzz_reason_check(status, &reason);
	if (json_parse(&text, &object) == STATUS_OK) {
		fuzz_unquoted_check(&reason, json_member_text(object, "SecretAccessKey"));
		fuzz_unquoted_check(&reason, json_member_text(object, "SessionToken"));
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain texts of instance metadata: what is taken for a token, a role or a region can go into a
 * header, a path, a host's name; what is refused is not quoted.
 */
#include <string.h>

#include "aws/metadata_text.h"
#include "aws/partition.h"
#include "fuzz.h"

static void
token_check(const struct secret *body)
{
	struct reason reason = {0};
	enum status status = metadata_token_check(body, "localhost", &reason);

	if (status == STATUS_OK) {
		fuzz_promise(body->length_bytes > 0, "a token is not empty");
		for (size_t i = 0; i < body->length_bytes; i++)
			fuzz_promise(body->bytes[i] > ' ' && body->bytes[i] < 0x7f,
				"a header can carry a token");
		return;
	}
	fuzz_reason_check(status, &reason);
	/* A text that stands in the sentence itself tells nothing. */
	if (body->bytes != NULL && strpbrk(body->bytes, " \n") == NULL)
		fuzz_unquoted_check(&reason, body->bytes);
}

static void
role_check(const struct secret *body)
{
	char role[METADATA_ROLE_BYTES] = "";
	struct reason reason = {0};
	enum status status = metadata_role_take(body, "localhost", role, &reason);

	if (status != STATUS_OK) {
		fuzz_promise(role[0] == '\0', "a refusal leaves nothing");
		fuzz_reason_check(status, &reason);
		return;
	}
	fuzz_promise(role[0] != '\0' && strlen(role) < sizeof(role), "a role has a name");
	fuzz_promise(strpbrk(role, "/?#%\\ :") == NULL, "a role stays one part of a path");
	fuzz_promise(strncmp(body->bytes, role, strlen(role)) == 0, "it is what came");
}

static void
region_check(const struct secret *body)
{
	char region[REGION_BYTES] = "";
	struct reason reason = {0};
	enum status status = metadata_region_take(body, region, &reason);

	if (status != STATUS_OK) {
		fuzz_promise(region[0] == '\0', "a refusal leaves nothing");
		fuzz_reason_check(status, &reason);
		return;
	}
	fuzz_promise(region_is_well_formed(region), "a region has a region's form");
	fuzz_promise(strlen(region) == body->length_bytes, "it is all that came");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_secret body = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &body) == STATUS_OK, "there is memory");
	token_check(&body);
	role_check(&body);
	region_check(&body);
	return 0;
}

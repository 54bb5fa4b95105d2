/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in JSON. What is quoted and is UTF-8 comes back as it was. */
#include <stdlib.h>
#include <string.h>

#include "aws/json.h"
#include "fuzz.h"

static void
quoted_check(const char *text)
{
	size_t room_bytes = 6 * strlen(text) + 3;
	owned_text quoted = malloc(room_bytes);
	owned_secret object_text = {0};
	owned_json object = NULL;

	fuzz_promise(quoted != NULL && secret_make(&object_text, room_bytes + 8) == STATUS_OK,
		"there is memory");
	fuzz_promise(json_quote(text, room_bytes, quoted) == STATUS_OK, "six bytes are enough");
	fuzz_promise(secret_append(&object_text, "{\"a\":", 5) == STATUS_OK &&
			secret_append(&object_text, quoted, strlen(quoted)) == STATUS_OK &&
			secret_append(&object_text, "}", 1) == STATUS_OK,
		"there is room");
	if (json_parse(&object_text, &object) != STATUS_OK)
		return;

	const char *again = json_member_text(object, "a");

	fuzz_promise(again != NULL && strcmp(again, text) == 0, "it comes back as it was");
}

static bool
text_is_ascii(const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c >= 0x80)
			return false;
	}
	return true;
}

static void
ascii_check(const char *text)
{
	char quoted[256], whole[300];
	owned_secret object_text = {0};
	owned_json object = NULL;

	if (!text_is_ascii(text) || json_quote(text, sizeof(quoted), quoted) != STATUS_OK)
		return;
	strcpy(whole, "{\"a\":");
	strcat(strcat(whole, quoted), "}");
	fuzz_promise(secret_copy(whole, strlen(whole), &object_text) == STATUS_OK &&
			json_parse(&object_text, &object) == STATUS_OK,
		"quoted ASCII is JSON");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);
	owned_secret whole = {0};
	owned_json object = NULL;

	quoted_check(text);
	ascii_check(text);
	fuzz_promise(secret_copy(bytes, length_bytes, &whole) == STATUS_OK, "there is memory");
	if (json_parse(&whole, &object) == STATUS_OK)
		fuzz_promise(json_member_number(object, "n", -7) >= -7, "a number or the fallback");
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reply frames as root takes the key out of them: the helper has read from the network. The key is
 * the frame's byte for byte, every text is bounded, and what is logged is one printable line.
 */
#include <string.h>

#include "fuzz.h"
#include "volume/key_answer.h"

static void
taken_check(const struct wire_frame *frame, const struct fetched_key *key)
{
	const struct wire_slot *slot = &frame->slots[WIRE_KEY][0];

	fuzz_promise(key->key.length_bytes > 0, "a key is not empty");
	fuzz_promise(key->key.length_bytes == slot->length_bytes &&
			memcmp(key->key.bytes, slot->bytes, slot->length_bytes) == 0,
		"the key is the frame's");
	fuzz_promise(key->version == wire_number(frame, WIRE_KEY_VERSION, 0, 0),
		"the version is the frame's");
	fuzz_promise(memchr(key->region, '\0', sizeof(key->region)) != NULL &&
			memchr(key->arn, '\0', sizeof(key->arn)) != NULL &&
			memchr(key->warning, '\0', sizeof(key->warning)) != NULL,
		"each text ends in its place");
	for (const char *c = key->warning; *c != '\0'; c++)
		fuzz_promise((unsigned char)*c >= ' ' && *c != 0x7f, "a warning is one line");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_secret text = {0};
	owned_fetched_key key = {0};
	struct wire_frame frame;
	struct reason reason = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");
	if (wire_parse(&text, WIRE_KIND_REPLY, &frame) != STATUS_OK)
		return 0;

	enum status status = key_answer_take(&frame, &key, &reason);

	if (status == STATUS_OK) {
		taken_check(&frame, &key);
		return 0;
	}
	fuzz_promise(status == STATUS_HELPER_BROKEN, "a refusal says who broke");
	fuzz_promise(key.key.bytes == NULL, "a refusal leaves no key");
	fuzz_reason_check(status, &reason);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the parameter's value to the passphrase. base64 and hex decode to what encodes to the same
 * text, and a refused value is not quoted.
 */
#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/encoding.h"
#include "base/own.h"
#include "fuzz.h"

/* The text without white space, in lower case where case says nothing. */
static void
text_squeeze(char *text, bool fold)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (!isspace((unsigned char)*from))
			*to++ = fold ? (char)tolower((unsigned char)*from) : *from;
	}
	*to = '\0';
}

static void
again_write(const struct secret *key, bool hex, char *text)
{
	if (!hex) {
		EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)key->bytes,
			(int)key->length_bytes);
		return;
	}
	for (size_t i = 0; i < key->length_bytes; i++)
		sprintf(text + 2 * i, "%02x", (unsigned int)(unsigned char)key->bytes[i]);
}

static void
decoded_check(const char *encoding, const char *value, const struct secret *key)
{
	bool hex = strcmp(encoding, "hex") == 0;
	owned_text again = malloc(2 * key->length_bytes + 8);
	owned_text squeezed = strdup(value);

	fuzz_promise(again != NULL && squeezed != NULL, "there is memory");
	again_write(key, hex, again);
	text_squeeze(squeezed, hex);
	fuzz_promise(strcmp(again, squeezed) == 0, "it encodes to the same text");
}

static void
value_check(const char *encoding, const char *value, size_t value_bytes)
{
	owned_decoded decoded = {0};
	struct reason reason = {0};
	enum status status = encoding_decode(encoding, "/p", value, value_bytes, &decoded, &reason);

	fuzz_promise((status == STATUS_OK) == (decoded.key.length_bytes > 0),
		"success means a key");
	if (status != STATUS_OK) {
		fuzz_reason_check(status, &reason);
		fuzz_unquoted_check(&reason, value);
		return;
	}
	fuzz_promise(decoded.key.length_bytes <= KEY_BYTES_MAX, "a key is bounded");
	if (strcmp(encoding, "base64") == 0 || strcmp(encoding, "hex") == 0)
		decoded_check(encoding, value, &decoded.key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	static const char *const encodings[] = {"text", "raw", "base64", "hex"};
	owned_text value = fuzz_text(bytes, length_bytes);

	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		value_check(encodings[i], value, strlen(value));
	return 0;
}

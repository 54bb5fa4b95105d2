/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every encoding: what it takes, what it refuses, and that a refusal quotes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "aws/encoding.h"

static void
decodes(const char *encoding, const char *value, const char *key, size_t key_bytes)
{
	owned_decoded decoded = {0};
	struct reason reason = {0};

	if (encoding_decode(encoding, "/p", value, strlen(value), &decoded, &reason) != STATUS_OK)
		fail_msg("%s: %s", value, reason.text);
	assert_int_equal(decoded.key.length_bytes, key_bytes);
	assert_memory_equal(decoded.key.bytes, key, key_bytes);
}

static void
refuses(const char *encoding, const char *value)
{
	owned_decoded decoded = {0};
	struct reason reason = {0};

	if (encoding_decode(encoding, "/p", value, strlen(value), &decoded, &reason) !=
		STATUS_BAD_VALUE)
		fail_msg("%s was taken as %s", value, encoding);
	assert_null(decoded.key.bytes);
	assert_non_null(strstr(reason.text, "bad-value: /p: "));
	if (strlen(value) > 3)
		assert_null(strstr(reason.text, value));
}

static void
text_is_the_first_line(void **state)
{
	(void)state;
	decodes("text", "pass", "pass", 4);
	decodes("text", " pass \nmore", " pass ", 6);
	decodes("text", "pass\r\n", "pass\r", 5);
	refuses("text", "");
	refuses("text", "\nmore");
}

static void
raw_is_every_byte(void **state)
{
	(void)state;
	decodes("raw", "a\nb\n", "a\nb\n", 4);
	refuses("raw", "");
}

static void
base64_is_rfc_4648_with_blanks_between(void **state)
{
	(void)state;
	decodes("base64", "Zg==", "f", 1);
	decodes("base64", "Zm8=", "fo", 2);
	decodes("base64", "Zm9v", "foo", 3);
	decodes("base64", "Zm9v\nYmFy\n", "foobar", 6);
	decodes("base64", "+/+/", "\xfb\xff\xbf", 3);
	refuses("base64", "Zm9vYg");
	refuses("base64", "Zm9vYg=");
	refuses("base64", "Zm=v");
	refuses("base64", "====");
	refuses("base64", "Z===");
	refuses("base64", "Zm9v=");
	refuses("base64", "Zm8=Zm8=");
	/* Bits behind the last byte. */
	refuses("base64", "Zh==");
	refuses("base64", "Zm9=");
	refuses("base64", "Zm9-");
	refuses("base64", "Zm\xc3\xbc");
	refuses("base64", " \n");
}

static void
every_base64_digit_has_its_value_and_no_other_byte_has_one(void **state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char value[5] = {(char)byte, 'A', 'A', 'A', '\0'};
		const char *digit = strchr(digits, byte);

		if (digit != NULL) {
			char key[3] = {(char)((digit - digits) << 2), 0, 0};

			decodes("base64", value, key, 3);
		} else {
			refuses("base64", value);
		}
	}
}

static void
hex_is_pairs_in_either_case(void **state)
{
	(void)state;
	decodes("hex", "00fFAb9a", "\x00\xff\xab\x9a", 4);
	decodes("hex", "00 ff\n", "\x00\xff", 2);
	refuses("hex", "0");
	refuses("hex", "0g");
	refuses("hex", "g0g0");
	refuses("hex", "0x00");
	refuses("hex", "/:@G");
	refuses("hex", "");
}

static void
the_longest_passphrase_has_64_kib(void **state)
{
	char *value = calloc(1, 3 * KEY_BYTES_MAX);
	owned_decoded decoded = {0};
	struct reason reason = {0};

	(void)state;
	memset(value, 'a', KEY_BYTES_MAX + 1);
	assert_int_equal(encoding_decode("raw", "/p", value, KEY_BYTES_MAX, &decoded, &reason),
		STATUS_OK);
	decoded_end(&decoded);
	assert_int_equal(encoding_decode("raw", "/p", value, KEY_BYTES_MAX + 1, &decoded, &reason),
		STATUS_BAD_VALUE);
	memset(value, 'a', 2 * KEY_BYTES_MAX + 2);
	assert_int_equal(encoding_decode("hex", "/p", value, 2 * KEY_BYTES_MAX, &decoded, NULL),
		STATUS_OK);
	decoded_end(&decoded);
	assert_int_equal(encoding_decode("hex", "/p", value, 2 * KEY_BYTES_MAX + 2, &decoded, NULL),
		STATUS_BAD_VALUE);
	assert_int_equal(encoding_decode("base64", "/p", value, 87384, &decoded, NULL),
		STATUS_BAD_VALUE);
	free(value);
}

static void
another_encoding_is_a_bad_parameter(void **state)
{
	owned_decoded decoded = {0};

	(void)state;
	assert_int_equal(encoding_decode("rot13", "/p", "x", 1, &decoded, NULL),
		STATUS_BAD_PARAMETER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_the_first_line),
		cmocka_unit_test(raw_is_every_byte),
		cmocka_unit_test(base64_is_rfc_4648_with_blanks_between),
		cmocka_unit_test(every_base64_digit_has_its_value_and_no_other_byte_has_one),
		cmocka_unit_test(hex_is_pairs_in_either_case),
		cmocka_unit_test(the_longest_passphrase_has_64_kib),
		cmocka_unit_test(another_encoding_is_a_bad_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

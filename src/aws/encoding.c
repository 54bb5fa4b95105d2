/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text, raw, base64, hex. */
#include "aws/encoding.h"

#include <stdint.h>
#include <string.h>

typedef enum status decode_function(const char *object, const char *value, size_t value_bytes,
	struct decoded *decoded, struct reason *reason);

struct decoder {
	const char *name;
	decode_function *decode;
};

/* VALUE when LOW <= BYTE <= HIGH, else 0, without a branch. */
static unsigned int
pick_range(unsigned int byte, unsigned int low, unsigned int high, unsigned int value)
{
	/*
	 * Both differences are negative, and so have their top bits set, exactly inside the range.
	 */
	unsigned int inside = (low - 1 - byte) & (byte - high - 1);

	return value & (0u - (inside >> 31));
}

/* The six bits of a base64 digit plus 1, 0 for any other byte. */
static unsigned int
base64_digit(unsigned char byte)
{
	unsigned int b = byte;

	return pick_range(b, 'A', 'Z', b - 'A' + 1) | pick_range(b, 'a', 'z', b - 'a' + 27) |
		pick_range(b, '0', '9', b - '0' + 53) | pick_range(b, '+', '+', 63) |
		pick_range(b, '/', '/', 64);
}

/* The four bits of a hexadecimal digit plus 1, 0 for any other byte. */
static unsigned int
hex_digit(unsigned char byte)
{
	unsigned int b = byte;

	return pick_range(b, '0', '9', b - '0' + 1) | pick_range(b, 'a', 'f', b - 'a' + 11) |
		pick_range(b, 'A', 'F', b - 'A' + 11);
}

static bool
byte_is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static enum status
raw_decode(const char *object, const char *value, size_t value_bytes, struct decoded *decoded,
	struct reason *reason)
{
	if (value_bytes > KEY_BYTES_MAX)
		return reason_set(reason, STATUS_BAD_VALUE,
			"%s: the value has %zu bytes, a passphrase at most %d; check ssm_parameter",
			object, value_bytes, KEY_BYTES_MAX);
	return secret_append(&decoded->key, value, value_bytes);
}

static enum status
text_decode(const char *object, const char *value, size_t value_bytes, struct decoded *decoded,
	struct reason *reason)
{
	const char *newline = memchr(value, '\n', value_bytes);
	size_t line_bytes = newline != NULL ? (size_t)(newline - value) : value_bytes;

	for (size_t i = line_bytes; i < value_bytes; i++)
		decoded->has_more_lines = decoded->has_more_lines || value[i] != '\n';
	decoded->has_backslash = memchr(value, '\\', line_bytes) != NULL;
	return raw_decode(object, value, line_bytes, decoded, reason);
}

/* Copies all but blanks, so that what follows counts digits only. */
static enum status
digits_copy(const char *value, size_t value_bytes, struct secret *ret_digits)
{
	enum status status = secret_make(ret_digits, value_bytes);

	for (size_t i = 0; i < value_bytes && status == STATUS_OK; i++) {
		if (!byte_is_blank(value[i]))
			status = secret_append(ret_digits, value + i, 1);
	}
	return status;
}

static enum status
base64_refuse(const char *object, struct reason *reason)
{
	return reason_set(reason, STATUS_BAD_VALUE,
		"%s: the value is not base64 with its padding; check key_encoding", object);
}

/* How many of the last two digits are padding. */
static size_t
base64_padding(const struct secret *digits)
{
	size_t padding = 0;

	while (padding < 2 && padding < digits->length_bytes &&
		digits->bytes[digits->length_bytes - 1 - padding] == '=')
		padding++;
	return padding;
}

/*
 * Decodes one group of four, of which the last PADDING are no digits. What comes back is not 0 when
 * one of them is none, or when bits are left behind the last byte: those would make two texts of
 * one key (RFC 4648, 3.5).
 */
static unsigned int
base64_group(const char *four, size_t padding, struct secret *key)
{
	uint32_t group = 0;
	unsigned int bad = 0;
	char bytes[3];

	for (size_t i = 0; i < 4; i++) {
		unsigned int digit = i + padding >= 4 ? 1 : base64_digit((unsigned char)four[i]);

		bad |= (digit - 1) >> 31;
		group = group << 6 | ((digit - 1) & 63);
	}
	for (size_t i = 0; i < 3; i++)
		bytes[i] = (char)(group >> (16 - 8 * i) & 0xff);
	bad |= group & ((1u << 8 * padding) - 1);
	if (secret_append(key, bytes, 3 - padding) != STATUS_OK)
		bad = 1;
	explicit_bzero(bytes, sizeof(bytes));
	return bad;
}

static enum status
base64_decode(const char *object, const char *value, size_t value_bytes, struct decoded *decoded,
	struct reason *reason)
{
	owned_secret digits = {0};
	enum status status = digits_copy(value, value_bytes, &digits);
	size_t padding = base64_padding(&digits);
	unsigned int bad = 0;

	if (status != STATUS_OK)
		return status;
	if (digits.length_bytes % 4 != 0)
		return base64_refuse(object, reason);
	if (digits.length_bytes / 4 * 3 > decoded->key.room_bytes + padding)
		return reason_set(reason, STATUS_BAD_VALUE,
			"%s: the value decodes to more than %d bytes; check ssm_parameter", object,
			KEY_BYTES_MAX);
	for (size_t i = 0; i < digits.length_bytes; i += 4)
		bad |= base64_group(digits.bytes + i, i + 4 == digits.length_bytes ? padding : 0,
			&decoded->key);
	return bad != 0 ? base64_refuse(object, reason) : STATUS_OK;
}

static enum status
hex_decode(const char *object, const char *value, size_t value_bytes, struct decoded *decoded,
	struct reason *reason)
{
	owned_secret digits = {0};
	enum status status = digits_copy(value, value_bytes, &digits);
	unsigned int bad = 0;

	if (status != STATUS_OK)
		return status;
	if (digits.length_bytes / 2 > decoded->key.room_bytes)
		return reason_set(reason, STATUS_BAD_VALUE,
			"%s: the value decodes to more than %d bytes; check ssm_parameter", object,
			KEY_BYTES_MAX);
	for (size_t i = 0; i + 1 < digits.length_bytes && status == STATUS_OK; i += 2) {
		unsigned int high = hex_digit((unsigned char)digits.bytes[i]) - 1;
		unsigned int low = hex_digit((unsigned char)digits.bytes[i + 1]) - 1;
		char byte = (char)((high << 4 | (low & 15)) & 0xff);

		bad |= high >> 31 | low >> 31;
		status = secret_append(&decoded->key, &byte, 1);
	}
	if (bad != 0 || digits.length_bytes % 2 != 0)
		return reason_set(reason, STATUS_BAD_VALUE,
			"%s: the value is not pairs of hexadecimal digits; check key_encoding",
			object);
	return status;
}

static const struct decoder decoders[] = {
	{"text", text_decode},
	{"raw", raw_decode},
	{"base64", base64_decode},
	{"hex", hex_decode},
};

enum status
encoding_decode(const char *encoding, const char *object, const char *value, size_t value_bytes,
	struct decoded *ret_decoded, struct reason *reason)
{
	owned_decoded decoded = {0};
	decode_function *decode = NULL;

	for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++) {
		if (strcmp(decoders[i].name, encoding) == 0)
			decode = decoders[i].decode;
	}
	if (decode == NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"key_encoding: not one of text, raw, base64, hex");
	/* No encoding makes the value longer. */
	if (secret_make(&decoded.key, value_bytes < KEY_BYTES_MAX ? value_bytes : KEY_BYTES_MAX) !=
		STATUS_OK)
		return STATUS_NO_MEMORY;

	enum status status = decode(object, value, value_bytes, &decoded, reason);

	if (status != STATUS_OK)
		return status;
	if (decoded.key.length_bytes == 0)
		return reason_set(reason, STATUS_BAD_VALUE, "%s: %s", object,
			value_bytes == 0
				? "the value is empty; store the passphrase"
				: "the value holds no passphrase: nothing is left after decoding; check key_encoding");
	*ret_decoded = decoded;
	decoded.key = (struct secret){0};
	return STATUS_OK;
}

void
decoded_end(struct decoded *decoded)
{
	secret_end(&decoded->key);
}

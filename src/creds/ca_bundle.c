/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PEM line by line: blocks between BEGIN and END, and between those whatever people write there. */
#include "creds/ca_bundle.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define DASHES "-----"

/* Lent. */
struct pem_text {
	const char *bytes;
	size_t length_bytes;
};

enum pem_mark { MARK_NONE, MARK_BEGIN, MARK_END, MARK_DAMAGED };

struct pem_reader {
	const char *path;
	struct reason *reason;
	unsigned int line;     /* from 1 */
	unsigned int begun_at; /* the line on which the open block begins; 0: none is open */
	struct pem_text label; /* the open block's */
	unsigned int certificates;
};

static bool
text_begins(struct pem_text text, const char *words)
{
	return text.length_bytes >= strlen(words) && memcmp(text.bytes, words, strlen(words)) == 0;
}

static bool
text_ends(struct pem_text text, const char *words)
{
	size_t length_bytes = strlen(words);

	return text.length_bytes >= length_bytes &&
		memcmp(text.bytes + text.length_bytes - length_bytes, words, length_bytes) == 0;
}

/* The next line without its end and the blanks before that. */
static struct pem_text
pem_line_cut(struct pem_text *rest)
{
	const char *end = memchr(rest->bytes, '\n', rest->length_bytes);
	struct pem_text line = {rest->bytes,
		end != NULL ? (size_t)(end - rest->bytes) : rest->length_bytes};
	size_t taken_bytes = line.length_bytes + (end != NULL ? 1 : 0);

	rest->bytes += taken_bytes;
	rest->length_bytes -= taken_bytes;
	while (line.length_bytes > 0 && isspace((unsigned char)line.bytes[line.length_bytes - 1]))
		line.length_bytes--;
	return line;
}

/* What stands between WORDS and the dashes at the line's end; false where those are not there. */
static bool
label_find(struct pem_text line, const char *words, struct pem_text *ret_label)
{
	size_t around_bytes = strlen(words) + strlen(DASHES);

	if (line.length_bytes <= around_bytes || !text_ends(line, DASHES))
		return false;
	*ret_label = (struct pem_text){line.bytes + strlen(words),
		line.length_bytes - around_bytes};
	return memmem(ret_label->bytes, ret_label->length_bytes, DASHES, strlen(DASHES)) == NULL;
}

/* OpenSSL passes over a mark that is indented, or has something behind it, as it does over prose.
 */
static enum pem_mark
mark_read(struct pem_text line, struct pem_text *ret_label)
{
	static const char begin[] = DASHES "BEGIN ", end[] = DASHES "END ";
	struct pem_text trimmed = line;

	while (trimmed.length_bytes > 0 && isspace((unsigned char)trimmed.bytes[0])) {
		trimmed.bytes++;
		trimmed.length_bytes--;
	}
	if (!text_begins(trimmed, begin) && !text_begins(trimmed, end))
		return MARK_NONE;
	if (text_begins(line, begin) && label_find(line, begin, ret_label))
		return MARK_BEGIN;
	if (text_begins(line, end) && label_find(line, end, ret_label))
		return MARK_END;
	return MARK_DAMAGED;
}

static bool
label_is_certificate(struct pem_text label)
{
	static const char *const names[] = {"CERTIFICATE", "TRUSTED CERTIFICATE",
		"X509 CERTIFICATE"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (label.length_bytes == strlen(names[i]) && text_begins(label, names[i]))
			return true;
	}
	return false;
}

static bool
line_is_base64(struct pem_text line)
{
	for (size_t i = 0; i < line.length_bytes; i++) {
		unsigned char byte = (unsigned char)line.bytes[i];

		/* No letters but ASCII's, whatever the locale. */
		if (byte >= 0x80 || (!isalnum(byte) && memchr("+/= \t", byte, 5) == NULL))
			return false;
	}
	return true;
}

static enum status
pem_line_refuse(const struct pem_reader *reader, const char *what, const char *step)
{
	return reason_set(reader->reason, STATUS_UNTRUSTED, "ca_bundle: %.100s, line %u %s; %s",
		reader->path, reader->line, what, step);
}

static enum status
block_begin(struct pem_reader *reader, struct pem_text label)
{
	if (reader->begun_at > 0)
		return reason_set(reader->reason, STATUS_UNTRUSTED,
			"ca_bundle: %.100s, line %u begins a block before that of line %u ends; replace it",
			reader->path, reader->line, reader->begun_at);
	if (text_ends(label, "PRIVATE KEY"))
		return pem_line_refuse(reader, "begins a private key", "take it out");
	reader->begun_at = reader->line;
	reader->label = label;
	return STATUS_OK;
}

static enum status
block_end(struct pem_reader *reader, struct pem_text label)
{
	if (reader->begun_at == 0)
		return pem_line_refuse(reader, "ends a block that never began", "replace it");
	if (label.length_bytes != reader->label.length_bytes ||
		memcmp(label.bytes, reader->label.bytes, label.length_bytes) != 0)
		return reason_set(reader->reason, STATUS_UNTRUSTED,
			"ca_bundle: %.100s, line %u ends another block than line %u begins; replace it",
			reader->path, reader->line, reader->begun_at);
	reader->certificates += label_is_certificate(label);
	reader->begun_at = 0;
	return STATUS_OK;
}

static enum status
pem_line_take(struct pem_reader *reader, struct pem_text line)
{
	struct pem_text label = {0};

	switch (mark_read(line, &label)) {
	case MARK_BEGIN:
		return block_begin(reader, label);
	case MARK_END:
		return block_end(reader, label);
	case MARK_DAMAGED:
		return pem_line_refuse(reader,
			"has more or less than BEGIN or END between five dashes", "correct it");
	case MARK_NONE:
		break;
	}
	if (reader->begun_at > 0 && label_is_certificate(reader->label) && !line_is_base64(line))
		return pem_line_refuse(reader, "is not base64", "replace that certificate");
	return STATUS_OK;
}

enum status
ca_bundle_check(const struct secret *text, const char *path, struct reason *reason)
{
	struct pem_reader reader = {.path = path, .reason = reason};
	struct pem_text rest = {text->bytes, text->length_bytes};
	enum status status = STATUS_OK;

	if (text->length_bytes > 0 && memchr(text->bytes, '\0', text->length_bytes) != NULL)
		return reason_set(reason, STATUS_UNTRUSTED,
			"ca_bundle: %.100s is binary; make it PEM, for DER: openssl x509 -inform DER",
			path);
	if (text_begins(rest, BYTE_ORDER_MARK))
		return reason_set(reason, STATUS_UNTRUSTED,
			"ca_bundle: %.100s, line 1 begins with a byte order mark; take it out",
			path);
	while (status == STATUS_OK && rest.length_bytes > 0) {
		reader.line++;
		status = pem_line_take(&reader, pem_line_cut(&rest));
	}
	if (status != STATUS_OK)
		return status;
	if (reader.begun_at > 0) {
		reader.line = reader.begun_at;
		return pem_line_refuse(&reader, "begins a block that never ends",
			"is the file cut?");
	}
	if (reader.certificates == 0)
		return reason_set(reason, STATUS_UNTRUSTED,
			"ca_bundle: %.100s holds no certificate in PEM; is it the right file?",
			path);
	return STATUS_OK;
}

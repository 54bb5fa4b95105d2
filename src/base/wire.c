/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames: written by one table, taken apart by the same. Never trusts a length before it is
 * compared.
 */
#include "base/wire.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FIELD_HEAD_BYTES 6

enum wire_form { WIRE_FORM_TEXT, WIRE_FORM_BYTES, WIRE_FORM_NUMBER };

struct wire_row {
	enum wire_kind kind;
	enum wire_form form;
	size_t max_bytes;
	unsigned int max_count;
};

static const struct wire_row rows[WIRE_COUNT] = {
#define WIRE(name, frame, form, max_bytes, max_count) \
	[WIRE_##name] = {WIRE_KIND_##frame, WIRE_FORM_##form, max_bytes, max_count},
#include "base/wire.def"
#undef WIRE
};

static const char magic[] = {'L', 'S', 'A', WIRE_PROTOCOL};

static void
number_store(unsigned char *bytes, size_t width_bytes, uint64_t number)
{
	for (size_t i = width_bytes; i > 0; i--) {
		bytes[i - 1] = (unsigned char)(number & 0xff);
		number >>= 8;
	}
}

static uint64_t
number_load(const char *bytes, size_t width_bytes)
{
	uint64_t number = 0;

	for (size_t i = 0; i < width_bytes; i++)
		number = number << 8 | (unsigned char)bytes[i];
	return number;
}

enum status
wire_begin(enum wire_kind kind, size_t body_bytes, struct secret *frame)
{
	unsigned char header[WIRE_HEADER_BYTES] = {0};
	enum status status = secret_make(frame, WIRE_HEADER_BYTES + body_bytes);

	memcpy(header, magic, sizeof(magic));
	header[sizeof(magic)] = (unsigned char)kind;
	if (status == STATUS_OK)
		status = secret_append(frame, header, sizeof(header));
	return status;
}

enum status
wire_put_bytes(struct secret *frame, enum wire_field field, unsigned int place, const void *bytes,
	size_t length_bytes)
{
	unsigned char head[FIELD_HEAD_BYTES] = {(unsigned char)field, (unsigned char)place};
	const struct wire_row *row = &rows[field];

	if (bytes == NULL)
		return STATUS_OK;
	if (length_bytes > row->max_bytes || place >= row->max_count ||
		frame->bytes[sizeof(magic)] != (char)row->kind)
		return STATUS_BAD_VALUE;
	if (frame->room_bytes - frame->length_bytes < sizeof(head) + length_bytes + 1)
		return STATUS_BAD_VALUE;
	number_store(head + 2, 4, length_bytes);

	enum status status = secret_append(frame, head, sizeof(head));

	if (status == STATUS_OK)
		status = secret_append(frame, bytes, length_bytes);
	if (status == STATUS_OK)
		status = secret_append(frame, "", 1);
	return status;
}

enum status
wire_put_text(struct secret *frame, enum wire_field field, unsigned int place, const char *text)
{
	return wire_put_bytes(frame, field, place, text, text != NULL ? strlen(text) : 0);
}

enum status
wire_put_secret(struct secret *frame, enum wire_field field, const struct secret *secret)
{
	return wire_put_bytes(frame, field, 0, secret->bytes, secret->length_bytes);
}

enum status
wire_put_number(struct secret *frame, enum wire_field field, unsigned int place, uint64_t number)
{
	unsigned char bytes[8];

	number_store(bytes, sizeof(bytes), number);
	return wire_put_bytes(frame, field, place, bytes, sizeof(bytes));
}

void
wire_end(struct secret *frame)
{
	number_store((unsigned char *)frame->bytes + sizeof(magic) + 1, 4,
		frame->length_bytes - WIRE_HEADER_BYTES);
}

enum status
wire_length(const char header[static WIRE_HEADER_BYTES], enum wire_kind kind,
	size_t *ret_length_bytes)
{
	size_t limit_bytes = kind == WIRE_KIND_REQUEST ? WIRE_REQUEST_BYTES : WIRE_REPLY_BYTES;

	if (memcmp(header, magic, sizeof(magic)) != 0 || header[sizeof(magic)] != (char)kind)
		return STATUS_BAD_VALUE;

	size_t length_bytes = number_load(header + sizeof(magic) + 1, 4) + WIRE_HEADER_BYTES;

	if (length_bytes > limit_bytes)
		return STATUS_BAD_VALUE;
	*ret_length_bytes = length_bytes;
	return STATUS_OK;
}

static bool
field_is_well_formed(const struct wire_row *row, const char *bytes, size_t length_bytes)
{
	if (length_bytes > row->max_bytes)
		return false;
	if (row->form == WIRE_FORM_NUMBER)
		return length_bytes == 8;
	return row->form == WIRE_FORM_BYTES || memchr(bytes, '\0', length_bytes) == NULL;
}

/* Takes one field off the front of *REST. */
static enum status
field_parse(struct wire_slot *rest, enum wire_kind kind, struct wire_frame *frame)
{
	if (rest->length_bytes < FIELD_HEAD_BYTES + 1)
		return STATUS_BAD_VALUE;

	unsigned int field = (unsigned char)rest->bytes[0];
	unsigned int place = (unsigned char)rest->bytes[1];
	size_t length_bytes = number_load(rest->bytes + 2, 4);
	const char *bytes = rest->bytes + FIELD_HEAD_BYTES;

	if (field >= WIRE_COUNT || rows[field].kind != kind || place >= rows[field].max_count)
		return STATUS_BAD_VALUE;
	if (length_bytes > rest->length_bytes - FIELD_HEAD_BYTES - 1 || bytes[length_bytes] != '\0')
		return STATUS_BAD_VALUE;

	struct wire_slot *slot = &frame->slots[field][place];

	if (slot->bytes != NULL || !field_is_well_formed(&rows[field], bytes, length_bytes))
		return STATUS_BAD_VALUE;
	*slot = (struct wire_slot){.bytes = bytes, .length_bytes = length_bytes};
	rest->bytes += FIELD_HEAD_BYTES + length_bytes + 1;
	rest->length_bytes -= FIELD_HEAD_BYTES + length_bytes + 1;
	return STATUS_OK;
}

enum status
wire_parse(const struct secret *frame, enum wire_kind kind, struct wire_frame *ret_frame)
{
	struct wire_frame parsed = {0};
	size_t length_bytes = 0;

	if (frame->length_bytes < WIRE_HEADER_BYTES ||
		wire_length(frame->bytes, kind, &length_bytes) != STATUS_OK ||
		length_bytes != frame->length_bytes)
		return STATUS_BAD_VALUE;

	struct wire_slot rest = {frame->bytes + WIRE_HEADER_BYTES,
		frame->length_bytes - WIRE_HEADER_BYTES};

	while (rest.length_bytes > 0) {
		if (field_parse(&rest, kind, &parsed) != STATUS_OK)
			return STATUS_BAD_VALUE;
	}
	*ret_frame = parsed;
	return STATUS_OK;
}

const char *
wire_text(const struct wire_frame *frame, enum wire_field field, unsigned int place)
{
	return frame->slots[field][place].bytes;
}

uint64_t
wire_number(const struct wire_frame *frame, enum wire_field field, unsigned int place,
	uint64_t fallback)
{
	const struct wire_slot *slot = &frame->slots[field][place];

	return slot->bytes != NULL ? number_load(slot->bytes, 8) : fallback;
}

/* Doubles the room of a full secret, within the limit. */
static enum status
frame_grow(struct secret *frame, size_t limit_bytes)
{
	owned_secret larger = {0};
	size_t room_bytes = frame->room_bytes * 2;

	if (frame->room_bytes >= limit_bytes)
		return STATUS_BAD_VALUE;
	if (room_bytes > limit_bytes)
		room_bytes = limit_bytes;

	enum status status = secret_make(&larger, room_bytes);

	if (status == STATUS_OK)
		status = secret_append(&larger, frame->bytes, frame->length_bytes);
	if (status != STATUS_OK)
		return status;
	secret_end(frame);
	*frame = secret_steal(&larger);
	return STATUS_OK;
}

enum status
wire_read_all(int fd, size_t limit_bytes, struct secret *ret_frame)
{
	owned_secret frame = {0};
	/* One byte more than allowed, so that «exactly full» and «too long» differ. */
	size_t room_bytes = limit_bytes < 16384 ? limit_bytes + 1 : 16384;
	enum status status = secret_make(&frame, room_bytes);

	while (status == STATUS_OK) {
		ssize_t got = read(fd, frame.bytes + frame.length_bytes,
			frame.room_bytes - frame.length_bytes);

		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			return STATUS_BAD_VALUE;
		if (got > 0)
			frame.length_bytes += (size_t)got;
		if (frame.length_bytes > limit_bytes)
			return STATUS_BAD_VALUE;
		if (frame.length_bytes == frame.room_bytes)
			status = frame_grow(&frame, limit_bytes + 1);
	}
	if (status == STATUS_OK) {
		frame.bytes[frame.length_bytes] = '\0';
		*ret_frame = secret_steal(&frame);
	}
	return status;
}

enum status
wire_write_all(int fd, const struct secret *frame)
{
	size_t done_bytes = 0;

	while (done_bytes < frame->length_bytes) {
		ssize_t written = write(fd, frame->bytes + done_bytes,
			frame->length_bytes - done_bytes);

		if (written < 0 && errno != EINTR)
			return STATUS_INTERNAL;
		if (written > 0)
			done_bytes += (size_t)written;
	}
	return STATUS_OK;
}

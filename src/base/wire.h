/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames between the root side and luks-ssm-aws: one request, one reply, versioned and bounded.
 * A frame lies in a struct secret from its first byte to its last, because it may carry credentials
 * or the key. Form: magic (3 bytes), version (1), kind (1), body length (4); then fields: number
 * (1), place in its list (1), length (4), bytes, one NUL that the length does not count. Numbers
 * are big-endian. Nothing may follow the last field.
 */
#ifndef LUKS_SSM_BASE_WIRE_H
#define LUKS_SSM_BASE_WIRE_H

#include <stdint.h>

#include "base/secret.h"

#define WIRE_PROTOCOL 1
#define WIRE_HEADER_BYTES 9
/* The largest request and reply, in bytes, header included. */
#define WIRE_REQUEST_BYTES (5u << 20)
#define WIRE_REPLY_BYTES (96u << 10)
/* The longest list of one field. */
#define WIRE_LIST_LENGTH 8

enum wire_kind { WIRE_KIND_REQUEST = 1, WIRE_KIND_REPLY = 2 };

enum wire_field {
#define WIRE(name, frame, kind, max_bytes, max_count) WIRE_##name,
#include "base/wire.def"
#undef WIRE
	WIRE_COUNT
};

/* Parts of the helper's jail, as bits; what must hold is not among them (aws/jail.h). */
enum wire_jail_gap { WIRE_GAP_LOCK = 1, WIRE_GAP_LANDLOCK = 2, WIRE_GAP_FILTER = 4 };

/* Bytes inside a frame, lent by it and gone with it. A text or bytes field is followed by a NUL. */
struct wire_slot {
	const char *bytes; /* NULL: the field is not there */
	size_t length_bytes;
};

struct wire_frame {
	struct wire_slot slots[WIRE_COUNT][WIRE_LIST_LENGTH];
};

/*
 * Begins a frame of KIND with room for BODY_BYTES of fields. FRAME must be empty. STATUS_NO_MEMORY.
 */
must_use enum status wire_begin(enum wire_kind kind, size_t body_bytes, struct secret *frame);

/*
 * Appends a field. A NULL text or a slot without bytes writes nothing. STATUS_BAD_VALUE when it is
 * longer than its row allows, does not belong in this kind of frame, or the frame has no room left.
 */
must_use enum status wire_put_bytes(struct secret *frame, enum wire_field field, unsigned int place,
	const void *bytes, size_t length_bytes);
must_use enum status
wire_put_text(struct secret *frame, enum wire_field field, unsigned int place, const char *text);
must_use enum status
wire_put_secret(struct secret *frame, enum wire_field field, const struct secret *secret);
must_use enum status
wire_put_number(struct secret *frame, enum wire_field field, unsigned int place, uint64_t number);

/* Writes the length into the header: the frame is complete. */
void wire_end(struct secret *frame);

/*
 * How long the frame is that begins with these WIRE_HEADER_BYTES, header included. STATUS_BAD_VALUE
 * for another magic, version or kind, or a length above the kind's limit.
 */
must_use enum status wire_length(const char header[static WIRE_HEADER_BYTES], enum wire_kind kind,
	size_t *ret_length_bytes);

/*
 * Takes a complete frame apart. RET_FRAME lends from FRAME. STATUS_BAD_VALUE for a wrong header, a
 * length that is not exactly the frame's, an unknown, repeated or over-long field, a place outside
 * its list, a field of the other kind of frame, a NUL inside a text, a number that is not 8 bytes,
 * a missing final NUL, trailing bytes.
 */
must_use enum status
wire_parse(const struct secret *frame, enum wire_kind kind, struct wire_frame *ret_frame);

/* The text of a field, lent by the frame, or NULL. */
const char *wire_text(const struct wire_frame *frame, enum wire_field field, unsigned int place);

/* The number of a field, or FALLBACK when it is not there. */
uint64_t wire_number(const struct wire_frame *frame, enum wire_field field, unsigned int place,
	uint64_t fallback);

/*
 * Reads from FD up to end of file into an empty secret: at most LIMIT_BYTES, which is allocated
 * only as far as it is needed. STATUS_BAD_VALUE when there is more or reading fails,
 * STATUS_NO_MEMORY.
 */
must_use enum status wire_read_all(int fd, size_t limit_bytes, struct secret *ret_frame);

/* Writes all of FRAME. STATUS_INTERNAL when the reader is gone. */
must_use enum status wire_write_all(int fd, const struct secret *frame);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames from the other side of the pipe. Every slot lies inside the frame and ends in a NUL, and
 * the fields written anew make a frame with the same fields.
 */
#include <string.h>

#include "base/wire.h"
#include "fuzz.h"

static void
slot_check(const struct secret *text, const struct wire_slot *slot)
{
	fuzz_promise(slot->bytes > text->bytes &&
			slot->bytes + slot->length_bytes < text->bytes + text->length_bytes,
		"a slot lies inside the frame");
	fuzz_promise(slot->bytes[slot->length_bytes] == '\0', "a slot ends in a NUL");
}

static bool
slot_is_same(const struct wire_slot *a, const struct wire_slot *b)
{
	if (a->bytes == NULL || b->bytes == NULL)
		return a->bytes == b->bytes;
	return a->length_bytes == b->length_bytes &&
		memcmp(a->bytes, b->bytes, a->length_bytes) == 0;
}

static void
frame_write(const struct wire_frame *frame, enum wire_kind kind, size_t body_bytes,
	struct secret *ret_text)
{
	fuzz_promise(wire_begin(kind, body_bytes, ret_text) == STATUS_OK, "a frame begins");
	for (unsigned int field = 0; field < WIRE_COUNT; field++) {
		for (unsigned int place = 0; place < WIRE_LIST_LENGTH; place++) {
			const struct wire_slot *slot = &frame->slots[field][place];

			fuzz_promise(wire_put_bytes(ret_text, (enum wire_field)field, place,
					     slot->bytes, slot->length_bytes) == STATUS_OK,
				"what was taken can be written");
		}
	}
	wire_end(ret_text);
}

static void
frame_check(const struct secret *text, enum wire_kind kind)
{
	struct wire_frame frame, again_frame;
	owned_secret again = {0};

	if (wire_parse(text, kind, &frame) != STATUS_OK)
		return;
	for (size_t i = 0; i < (size_t)WIRE_COUNT * WIRE_LIST_LENGTH; i++) {
		if ((&frame.slots[0][0])[i].bytes != NULL)
			slot_check(text, &(&frame.slots[0][0])[i]);
	}
	frame_write(&frame, kind, text->length_bytes - WIRE_HEADER_BYTES, &again);
	fuzz_promise(again.length_bytes == text->length_bytes, "the frame is as long as before");
	fuzz_promise(wire_parse(&again, kind, &again_frame) == STATUS_OK, "it is taken again");
	for (size_t i = 0; i < (size_t)WIRE_COUNT * WIRE_LIST_LENGTH; i++)
		fuzz_promise(slot_is_same(&(&frame.slots[0][0])[i], &(&again_frame.slots[0][0])[i]),
			"each field comes back");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_secret text = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");
	frame_check(&text, WIRE_KIND_REQUEST);
	frame_check(&text, WIRE_KIND_REPLY);
	return 0;
}

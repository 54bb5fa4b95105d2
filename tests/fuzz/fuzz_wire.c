/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: frames from the other side of the pipe. Every slot lies inside the frame and ends in
 * a NUL.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_secret text = {0};
	struct wire_frame frame;

	if (secret_copy(bytes, length_bytes, &text) != STATUS_OK)
		abort();
	if (wire_parse(&text, WIRE_KIND_REPLY, &frame) != STATUS_OK &&
		wire_parse(&text, WIRE_KIND_REQUEST, &frame) != STATUS_OK)
		return 0;
	for (size_t i = 0; i < WIRE_COUNT; i++) {
		const struct wire_slot *slot = &frame.slots[i][0];

		if (slot->bytes != NULL &&
			(slot->bytes < text.bytes || slot->bytes[slot->length_bytes] != '\0' ||
				slot->bytes + slot->length_bytes >= text.bytes + text.length_bytes))
			abort();
	}
	return 0;
}

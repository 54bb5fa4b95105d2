/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames: what is written comes back, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"

/* A reply with a status and a key. */
static void
reply_make(struct secret *frame)
{
	assert_int_equal(wire_begin(WIRE_KIND_REPLY, 200, frame), STATUS_OK);
	assert_int_equal(wire_put_number(frame, WIRE_STATUS, 0, 0), STATUS_OK);
	assert_int_equal(wire_put_bytes(frame, WIRE_KEY, 0, "k\0y", 3), STATUS_OK);
	assert_int_equal(wire_put_text(frame, WIRE_WARNING, 0, ""), STATUS_OK);
	wire_end(frame);
}

static void
what_is_written_comes_back(void **state)
{
	owned_secret bytes = {0};
	struct wire_frame frame;

	(void)state;
	reply_make(&bytes);
	assert_int_equal(wire_parse(&bytes, WIRE_KIND_REPLY, &frame), STATUS_OK);
	assert_int_equal(frame.slots[WIRE_KEY][0].length_bytes, 3);
	assert_memory_equal(frame.slots[WIRE_KEY][0].bytes, "k\0y", 4);
	assert_string_equal(wire_text(&frame, WIRE_WARNING, 0), "");
	assert_null(wire_text(&frame, WIRE_REASON, 0));
	assert_int_equal(wire_number(&frame, WIRE_STATUS, 0, 7), 0);
	assert_int_equal(wire_number(&frame, WIRE_KEY_VERSION, 0, 7), 7);
}

static void
no_byte_of_a_frame_can_be_cut_off_or_added(void **state)
{
	owned_secret bytes = {0};
	struct wire_frame frame;

	(void)state;
	reply_make(&bytes);
	for (size_t length = 0; length < bytes.length_bytes; length++) {
		struct secret shorter = {bytes.bytes, length, bytes.room_bytes};

		assert_int_equal(wire_parse(&shorter, WIRE_KIND_REPLY, &frame), STATUS_BAD_VALUE);
	}
	assert_int_equal(secret_append(&bytes, "", 1), STATUS_OK);
	assert_int_equal(wire_parse(&bytes, WIRE_KIND_REPLY, &frame), STATUS_BAD_VALUE);
}

static void
another_magic_version_or_kind_is_refused(void **state)
{
	owned_secret bytes = {0};
	struct wire_frame frame;

	(void)state;
	reply_make(&bytes);
	assert_int_equal(wire_parse(&bytes, WIRE_KIND_REQUEST, &frame), STATUS_BAD_VALUE);
	for (size_t at = 0; at < 5; at++) {
		bytes.bytes[at]++;
		assert_int_equal(wire_parse(&bytes, WIRE_KIND_REPLY, &frame), STATUS_BAD_VALUE);
		bytes.bytes[at]--;
	}
	assert_int_equal(wire_parse(&bytes, WIRE_KIND_REPLY, &frame), STATUS_OK);
}

static void
a_repeated_field_is_refused(void **state)
{
	owned_secret bytes = {0};
	struct wire_frame frame;

	(void)state;
	reply_make(&bytes);
	assert_int_equal(wire_put_number(&bytes, WIRE_STATUS, 0, 1), STATUS_OK);
	wire_end(&bytes);
	assert_int_equal(wire_parse(&bytes, WIRE_KIND_REPLY, &frame), STATUS_BAD_VALUE);
}

static void
a_frame_takes_only_what_its_table_and_its_room_allow(void **state)
{
	owned_secret bytes = {0};
	char text[200];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(wire_begin(WIRE_KIND_REQUEST, 300, &bytes), STATUS_OK);
	assert_int_equal(wire_put_bytes(&bytes, WIRE_REGION, 0, text, 65), STATUS_BAD_VALUE);
	assert_int_equal(wire_put_bytes(&bytes, WIRE_REGION, 8, text, 4), STATUS_BAD_VALUE);
	assert_int_equal(wire_put_bytes(&bytes, WIRE_KEY, 0, text, 4), STATUS_BAD_VALUE);
	assert_int_equal(wire_put_text(&bytes, WIRE_ROLE_ARN, 7, "last"), STATUS_OK);
	assert_int_equal(wire_put_bytes(&bytes, WIRE_PARAMETER, 0, text, sizeof(text)), STATUS_OK);
	assert_int_equal(wire_put_bytes(&bytes, WIRE_ORIGIN, 0, text, 100), STATUS_BAD_VALUE);
	assert_int_equal(wire_put_text(&bytes, WIRE_REGION, 0, NULL), STATUS_OK);
}

static void
a_header_with_a_length_beyond_the_limit_is_refused(void **state)
{
	char header[WIRE_HEADER_BYTES] = {'L', 'S', 'A', WIRE_PROTOCOL, WIRE_KIND_REPLY, 0x7f, 0, 0,
		0};
	size_t length_bytes = 1;

	(void)state;
	assert_int_equal(wire_length(header, WIRE_KIND_REPLY, &length_bytes), STATUS_BAD_VALUE);
	assert_int_equal(length_bytes, 1);
	header[5] = 0;
	assert_int_equal(wire_length(header, WIRE_KIND_REPLY, &length_bytes), STATUS_OK);
	assert_int_equal(length_bytes, WIRE_HEADER_BYTES);
}

static void
reading_ends_at_the_limit(void **state)
{
	owned_secret exact = {0}, longer = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "0123456789", 10), 10);
	close(ends[1]);
	assert_int_equal(wire_read_all(ends[0], 10, &exact), STATUS_OK);
	assert_string_equal(exact.bytes, "0123456789");
	close(ends[0]);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "0123456789", 10), 10);
	assert_int_equal(wire_read_all(ends[0], 9, &longer), STATUS_BAD_VALUE);
	assert_null(longer.bytes);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(no_byte_of_a_frame_can_be_cut_off_or_added),
		cmocka_unit_test(another_magic_version_or_kind_is_refused),
		cmocka_unit_test(a_repeated_field_is_refused),
		cmocka_unit_test(a_frame_takes_only_what_its_table_and_its_room_allow),
		cmocka_unit_test(a_header_with_a_length_beyond_the_limit_is_refused),
		cmocka_unit_test(reading_ends_at_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

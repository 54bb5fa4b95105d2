/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request frame becomes a request: what is missing is refused or has its one meaning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/request.h"

#define MUST(call) assert_int_equal(call, STATUS_OK)

/* What every request names, less the field WITHOUT (WIRE_COUNT: none). */
static void
frame_begin(struct secret *frame, enum wire_field without)
{
	static const enum wire_field fields[] = {WIRE_PARAMETER, WIRE_ENCODING, WIRE_ORIGIN};

	MUST(wire_begin(WIRE_KIND_REQUEST, 4096, frame));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i] != without)
			MUST(wire_put_text(frame, fields[i], 0, "text"));
	}
}

static enum status
read_back(struct secret *frame, struct request *ret_request)
{
	struct reason reason = {0};

	wire_end(frame);
	enum status status = request_read(frame, ret_request, &reason);

	assert_int_equal(reason.status, status);
	return status;
}

static void
what_is_not_named_has_no_value(void **state)
{
	owned_secret frame = {0};
	struct request request;

	(void)state;
	memset(&request, 0xff, sizeof(request));
	frame_begin(&frame, WIRE_COUNT);
	MUST(read_back(&frame, &request));
	assert_string_equal(request.parameter, "text");
	assert_int_equal(request.version, 0);
	assert_false(request.plain_string_ok);
	assert_false(request.fips);
	assert_null(request.region_default);
	assert_null(request.proxy);
	assert_null(request.access_key);
	assert_int_equal(request.role_count, 0);
	assert_null(request.ca_bundle.bytes);
	/* Without a deadline there is no time, not all the time. */
	assert_true(deadline_passed(request.deadline));
}

static void
an_incomplete_request_is_refused_and_leaves_the_callers_alone(void **state)
{
	static const enum wire_field needed[] = {WIRE_PARAMETER, WIRE_ENCODING, WIRE_ORIGIN};

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		owned_secret frame = {0};
		struct request request = {.version = 4711};

		frame_begin(&frame, needed[i]);
		assert_int_equal(read_back(&frame, &request), STATUS_HELPER_BROKEN);
		assert_int_equal(request.version, 4711);
	}
}

static void
a_reply_or_a_cut_frame_is_no_request(void **state)
{
	owned_secret reply = {0}, frame = {0};
	struct request request;

	(void)state;
	MUST(wire_begin(WIRE_KIND_REPLY, 64, &reply));
	assert_int_equal(read_back(&reply, &request), STATUS_HELPER_BROKEN);
	frame_begin(&frame, WIRE_COUNT);
	wire_end(&frame);
	secret_cut(&frame, frame.length_bytes - 1);
	assert_int_equal(request_read(&frame, &request, NULL), STATUS_HELPER_BROKEN);
}

static void
roles_keep_their_order_and_no_duration_is_left_to_aws(void **state)
{
	owned_secret frame = {0};
	struct request request;

	(void)state;
	frame_begin(&frame, WIRE_COUNT);
	MUST(wire_put_text(&frame, WIRE_ROLE_ARN, 0, "first"));
	MUST(wire_put_text(&frame, WIRE_ROLE_SESSION, 0, "s"));
	MUST(wire_put_text(&frame, WIRE_ROLE_ARN, 1, "second"));
	MUST(wire_put_text(&frame, WIRE_ROLE_SESSION, 1, "s"));
	MUST(wire_put_text(&frame, WIRE_ROLE_EXTERNAL_ID, 1, "e"));
	MUST(wire_put_number(&frame, WIRE_ROLE_DURATION, 1, 900));
	MUST(read_back(&frame, &request));
	assert_int_equal(request.role_count, 2);
	assert_string_equal(request.roles[0].arn, "first");
	assert_int_equal(request.roles[0].duration_s, 0);
	assert_null(request.roles[0].external_id);
	assert_string_equal(request.roles[1].arn, "second");
	assert_int_equal(request.roles[1].duration_s, 900);
	assert_string_equal(request.roles[1].external_id, "e");
}

static void
a_role_without_a_session_name_is_refused_not_left_out(void **state)
{
	owned_secret frame = {0};
	struct request request;

	(void)state;
	frame_begin(&frame, WIRE_COUNT);
	MUST(wire_put_text(&frame, WIRE_ROLE_ARN, 0, "first"));
	assert_int_equal(read_back(&frame, &request), STATUS_HELPER_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_named_has_no_value),
		cmocka_unit_test(an_incomplete_request_is_refused_and_leaves_the_callers_alone),
		cmocka_unit_test(a_reply_or_a_cut_frame_is_no_request),
		cmocka_unit_test(roles_keep_their_order_and_no_duration_is_left_to_aws),
		cmocka_unit_test(a_role_without_a_session_name_is_refused_not_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

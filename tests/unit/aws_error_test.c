/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error codes of AWS: how they are found and what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>

#include "aws/aws_error.h"
#include "aws/retry.h"

static enum status
explain(const char *code, const char *message, long http_status, struct reason *reason)
{
	struct http_reply reply = {.status = http_status,
		.request_id = "11112222-3333-4444-5555-666677778888"};

	return aws_error_explain(code, message, &reply, "/luks/volume", reason);
}

static void
codes_are_found_in_every_spelling(void **state)
{
	char code[AWS_CODE_BYTES];

	(void)state;
	aws_code_take("ParameterNotFound", code);
	assert_string_equal(code, "ParameterNotFound");
	aws_code_take("com.amazonaws.ssm#ParameterNotFound", code);
	assert_string_equal(code, "ParameterNotFound");
	aws_code_take("ParameterNotFound:http://internal.amazon.com/x/", code);
	assert_string_equal(code, "ParameterNotFound");
	aws_code_take("", code);
	assert_string_equal(code, "");
	aws_code_take("<html>", code);
	assert_string_equal(code, "");
}

static void
a_request_that_came_too_late_is_the_clocks_fault(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_true(aws_code_is_of_signature("RequestExpired"));
	assert_int_equal(explain("RequestExpired", "Request has expired.", 400, &reason),
		STATUS_CLOCK_SKEW);
	assert_non_null(strstr(reason.text, "RequestExpired"));
	assert_non_null(strstr(reason.text, "check the clock"));
	assert_false(retry_helps(STATUS_CLOCK_SKEW));
}

static void
a_code_that_is_too_long_is_none(void **state)
{
	char text[200], code[AWS_CODE_BYTES];

	(void)state;
	memset(text, 'A', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	aws_code_take(text, code);
	assert_string_equal(code, "");
}

static void
a_nested_code_needs_its_service_and_its_semicolon(void **state)
{
	char code[AWS_CODE_BYTES];

	(void)state;
	kms_code_take(
		"x (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; Request ID: y)",
		code);
	assert_string_equal(code, "DisabledException");
	kms_code_take("x (Service: AWSKMS; Error Code: DisabledException", code);
	assert_string_equal(code, "");
	kms_code_take("x (Service: Other; Error Code: DisabledException; y)", code);
	assert_string_equal(code, "");
	kms_code_take("Error Code: ", code);
	assert_string_equal(code, "");
}

static void
the_nested_code_decides_under_two_outer_codes_only(void **state)
{
	static const char disabled[] =
		"k (Service: AWSKMS; Status Code: 400; Error Code: ThrottlingException; R)";
	struct reason reason = {0};

	(void)state;
	assert_int_equal(explain("InvalidKeyId", disabled, 400, &reason), STATUS_THROTTLED);
	assert_non_null(strstr(reason.text, "InvalidKeyId/ThrottlingException"));
	reason_clear(&reason);
	assert_int_equal(explain("AccessDeniedException", disabled, 400, &reason),
		STATUS_THROTTLED);
	reason_clear(&reason);
	assert_int_equal(explain("ValidationException", disabled, 400, &reason),
		STATUS_BAD_REQUEST);
	reason_clear(&reason);
	assert_int_equal(explain("InvalidKeyId", NULL, 400, &reason), STATUS_KMS_KEY_UNUSABLE);
}

static void
unknown_codes_go_by_the_number(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(explain("New", NULL, 400, &reason), STATUS_BAD_REQUEST);
	assert_int_equal(explain("New", NULL, 429, NULL), STATUS_THROTTLED);
	assert_int_equal(explain("New", NULL, 503, NULL), STATUS_SERVICE_TROUBLE);
	assert_string_equal(reason.text,
		"bad-request: /luks/volume: AWS refused (New, request 11112222-3333-4444-5555-666677778888)");
}

static void
every_reason_of_kms_keeps_its_request_id(void **state)
{
	static const char *const codes[] = {
#define AWS_ERROR(code, status, hint)
#define KMS_ERROR(code, status, hint) code,
#include "aws/aws_error.def"
#undef AWS_ERROR
#undef KMS_ERROR
	};
	struct http_reply reply = {.request_id = "11112222-3333-4444-5555-666677778888"};
	char message[160];

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct reason reason = {0};

		snprintf(message, sizeof(message),
			"(Service: AWSKMS; Status Code: 400; Error Code: %s; R)", codes[i]);
		(void)!aws_error_explain("AccessDeniedException", message, &reply,
			"/a/name/of/thirty-two/characters", &reason);
		assert_non_null(strstr(reason.text, codes[i]));
		assert_non_null(strstr(reason.text, "666677778888)"));
	}
}

static void
replies_of_others_are_told_apart(void **state)
{
	struct http_reply page = {.status = 200, .content_type = "text/html"};

	(void)state;
	assert_int_equal(foreign_reply_explain(&page, "h", NULL), STATUS_BAD_REPLY);
	page.status = 302;
	assert_int_equal(foreign_reply_explain(&page, "h", NULL), STATUS_BAD_REPLY);
	page.status = 407;
	assert_int_equal(foreign_reply_explain(&page, "h", NULL), STATUS_PROXY_REFUSED);
	page.status = 429;
	assert_int_equal(foreign_reply_explain(&page, "h", NULL), STATUS_THROTTLED);
	page.status = 502;
	assert_int_equal(foreign_reply_explain(&page, "h", NULL), STATUS_SERVICE_TROUBLE);
}

static void
what_botocores_standard_mode_retries_is_retried(void **state)
{
	/* botocore 1.37.9, retries/standard.py: throttling codes, transient codes, statuses. */
	static const char *const codes[] = {"Throttling", "ThrottlingException",
		"ThrottledException", "RequestThrottledException", "TooManyRequestsException",
		"ProvisionedThroughputExceededException", "TransactionInProgressException",
		"RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
		"RequestThrottled", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
		"RequestTimeout", "RequestTimeoutException"};
	static const long statuses[] = {500, 502, 503, 504};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (!retry_helps(explain(codes[i], NULL, 400, NULL)))
			fail_msg("%s is not tried again", codes[i]);
	}
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		assert_true(retry_helps(explain("Whatever", NULL, statuses[i], NULL)));
	assert_false(retry_helps(explain("Whatever", NULL, 400, NULL)));
}

static void
every_row_fits_behind_a_long_name_with_the_request_id(void **state)
{
	static const char *const codes[] = {
#define AWS_ERROR(code, status, hint) code,
#define KMS_ERROR(code, status, hint)
#include "aws/aws_error.def"
#undef AWS_ERROR
#undef KMS_ERROR
	};
	struct http_reply reply = {.status = 400,
		.request_id = "11112222-3333-4444-5555-666677778888"};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct reason reason = {0};

		aws_error_explain(codes[i], NULL, &reply, "/as/long/as/a/tail/of/a/name/is",
			&reason);
		if (strstr(reason.text, "666677778888)") == NULL)
			fail_msg("%s", reason.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_botocores_standard_mode_retries_is_retried),
		cmocka_unit_test(every_row_fits_behind_a_long_name_with_the_request_id),
		cmocka_unit_test(codes_are_found_in_every_spelling),
		cmocka_unit_test(a_request_that_came_too_late_is_the_clocks_fault),
		cmocka_unit_test(a_code_that_is_too_long_is_none),
		cmocka_unit_test(a_nested_code_needs_its_service_and_its_semicolon),
		cmocka_unit_test(the_nested_code_decides_under_two_outer_codes_only),
		cmocka_unit_test(unknown_codes_go_by_the_number),
		cmocka_unit_test(every_reason_of_kms_keeps_its_request_id),
		cmocka_unit_test(replies_of_others_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

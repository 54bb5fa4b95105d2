/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks both tables of exit codes: no gap, no code that would harm a running volume, and the reason
 * line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ocf_exit.h"

static void
every_failure_has_a_code_for_start_and_validate(void **state)
{
	(void)state;
	for (int status = 1; status < STATUS_COUNT; status++) {
		for (int doing = 0; doing < OCF_DOING_COUNT; doing++) {
			int code = ocf_code_of_failure((enum status)status, (enum ocf_doing)doing);

			if (code < OCF_ERR_GENERIC || code > OCF_ERR_CONFIGURED ||
				code == OCF_ERR_UNIMPLEMENTED)
				fail_msg("%s has the code %d for %d",
					status_code((enum status)status), code, doing);
		}
	}
	for (int doing = 0; doing < OCF_DOING_COUNT; doing++)
		assert_int_equal(ocf_code_of_failure(STATUS_OK, (enum ocf_doing)doing),
			OCF_SUCCESS);
}

static void
start_says_6_for_a_missing_parameter_and_a_clone_alone(void **state)
{
	(void)state;
	for (int status = 1; status < STATUS_COUNT; status++) {
		bool is_certain = status == STATUS_MISSING_PARAMETER || status == STATUS_CLONE;

		assert_int_equal(ocf_code_of_failure((enum status)status, OCF_DOING_START) ==
				OCF_ERR_CONFIGURED,
			is_certain);
	}
}

static void
validate_says_6_for_the_configuration_alone(void **state)
{
	(void)state;
	for (int status = 1; status < STATUS_COUNT; status++) {
		bool is_configuration = status == STATUS_MISSING_PARAMETER ||
			status == STATUS_CLONE || status == STATUS_BAD_PARAMETER ||
			status == STATUS_UNKNOWN_PARAMETER;

		assert_int_equal(ocf_code_of_failure((enum status)status, OCF_DOING_VALIDATE) ==
				OCF_ERR_CONFIGURED,
			is_configuration);
	}
}

static void
reload_says_1_for_every_failure(void **state)
{
	(void)state;
	for (int status = 1; status < STATUS_COUNT; status++)
		assert_int_equal(ocf_code_of_failure((enum status)status, OCF_DOING_RELOAD),
			OCF_ERR_GENERIC);
}

static void
what_may_heal_is_1_for_start(void **state)
{
	static const enum status healing[] = {STATUS_NO_DEVICE, STATUS_THROTTLED,
		STATUS_UNREACHABLE, STATUS_SERVICE_TROUBLE, STATUS_CLOCK_SKEW,
		STATUS_CERTIFICATE_TIME, STATUS_BAD_REPLY, STATUS_LOCKED, STATUS_ORPHAN,
		STATUS_TIMED_OUT, STATUS_INTERRUPTED, STATUS_KDF_MEMORY,
		STATUS_METADATA_UNREACHABLE};

	(void)state;
	for (size_t i = 0; i < sizeof(healing) / sizeof(healing[0]); i++)
		assert_int_equal(ocf_code_of_failure(healing[i], OCF_DOING_START), OCF_ERR_GENERIC);
}

/* For credentials, certificates, proxies and metadata, letter by letter. */
static void
each_row_of_the_key_path_has_its_own_code(void **state)
{
	static const struct {
		enum status status;
		int start, validate;
	} rows[] = {
		{STATUS_NO_CREDENTIALS, 4, 4},
		{STATUS_BAD_CREDENTIALS, 4, 4},
		{STATUS_EXPIRED_CREDENTIALS, 4, 4},
		{STATUS_BAD_PROFILE, 2, 2},
		{STATUS_SLOW_CREDENTIALS, 1, 1},
		{STATUS_METADATA_UNREACHABLE, 1, 1},
		{STATUS_ROLE_DENIED, 4, 4},
		{STATUS_NO_REGION, 2, 2},
		{STATUS_REGION_DISABLED, 4, 4},
		{STATUS_DENIED, 4, 4},
		{STATUS_KMS_KEY_UNUSABLE, 4, 4},
		{STATUS_NO_PARAMETER, 2, 2},
		{STATUS_NOT_SECURE_STRING, 2, 2},
		{STATUS_BAD_VALUE, 2, 2},
		{STATUS_BAD_REPLY, 1, 1},
		{STATUS_THROTTLED, 1, 1},
		{STATUS_SERVICE_TROUBLE, 1, 1},
		{STATUS_UNREACHABLE, 1, 1},
		{STATUS_UNTRUSTED, 2, 2},
		{STATUS_CERTIFICATE_TIME, 1, 1},
		{STATUS_TLS_MISMATCH, 2, 2},
		{STATUS_CLOCK_SKEW, 1, 1},
		{STATUS_PROXY_REFUSED, 2, 2},
		{STATUS_HELPER_BROKEN, 5, 5},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int start = ocf_code_of_failure(rows[i].status, OCF_DOING_START);
		int validate = ocf_code_of_failure(rows[i].status, OCF_DOING_VALIDATE);

		if (start != rows[i].start || validate != rows[i].validate)
			fail_msg("%s is %d and %d, not %d and %d", status_code(rows[i].status),
				start, validate, rows[i].start, rows[i].validate);
	}
}

static void
a_status_from_nowhere_is_internal(void **state)
{
	(void)state;
	assert_int_equal(ocf_code_of_failure((enum status)9999, OCF_DOING_START), OCF_ERR_GENERIC);
	assert_int_equal(ocf_code_of_state((enum state)9999, OCF_ASKING_PROBE), OCF_ERR_GENERIC);
}

static void
a_probe_says_0_1_or_7(void **state)
{
	(void)state;
	for (int i = 0; i < STATE_COUNT; i++) {
		int probe = ocf_code_of_state((enum state)i, OCF_ASKING_PROBE);

		assert_true(probe == OCF_SUCCESS || probe == OCF_ERR_GENERIC ||
			probe == OCF_NOT_RUNNING);
		assert_int_equal(ocf_code_of_state((enum state)i, OCF_ASKING_STANDBY), probe);
	}
}

static void
stop_says_0_with_proof_and_1_otherwise(void **state)
{
	(void)state;
	for (int i = 0; i < STATE_COUNT; i++) {
		bool is_gone = i == STATE_ABSENT || i == STATE_TAKEN;

		assert_int_equal(ocf_code_of_state((enum state)i, OCF_ASKING_STOP),
			is_gone ? OCF_SUCCESS : OCF_ERR_GENERIC);
	}
}

static void
only_proven_absence_is_7(void **state)
{
	(void)state;
	for (int i = 0; i < STATE_COUNT; i++) {
		if (ocf_code_of_state((enum state)i, OCF_ASKING_PROBE) == OCF_NOT_RUNNING)
			assert_true(i == STATE_ABSENT || i == STATE_TAKEN);
	}
	assert_int_equal(ocf_code_of_state(STATE_ABSENT, OCF_ASKING_MONITOR), OCF_NOT_RUNNING);
	assert_int_equal(ocf_code_of_state(STATE_TAKEN, OCF_ASKING_MONITOR), OCF_ERR_GENERIC);
}

static void
a_flagged_volume_is_190_for_a_monitor_and_0_for_a_probe(void **state)
{
	(void)state;
	assert_int_equal(ocf_code_of_state(STATE_FLAGGED, OCF_ASKING_MONITOR), OCF_DEGRADED);
	assert_int_equal(ocf_code_of_state(STATE_FLAGGED, OCF_ASKING_PROBE), OCF_SUCCESS);
	assert_int_equal(ocf_code_of_state(STATE_ACTIVE, OCF_ASKING_MONITOR), OCF_SUCCESS);
}

static void
the_question_follows_interval_and_role(void **state)
{
	struct ocf_call call = {.interval = OCF_INTERVAL_ZERO};

	(void)state;
	assert_int_equal(ocf_asking_of(&call), OCF_ASKING_PROBE);
	call.is_standby = true;
	assert_int_equal(ocf_asking_of(&call), OCF_ASKING_PROBE);
	call.interval = OCF_INTERVAL_SET;
	assert_int_equal(ocf_asking_of(&call), OCF_ASKING_STANDBY);
	call.is_standby = false;
	assert_int_equal(ocf_asking_of(&call), OCF_ASKING_MONITOR);
	call.interval = OCF_INTERVAL_UNSET;
	assert_int_equal(ocf_asking_of(&call), OCF_ASKING_MONITOR);
}

/* What ocf_reason_print writes to stderr, into RET_TEXT. */
static void
printed(const struct ocf_call *call, int code, const char *reason_text, char ret_text[static 512])
{
	struct reason reason = {0};
	int ends[2], kept = dup(STDERR_FILENO);

	if (reason_text != NULL)
		reason_set(&reason, STATUS_NO_DEVICE, "%s", reason_text);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	ocf_reason_print(call, code, &reason);
	dup2(kept, STDERR_FILENO);
	close(kept);

	ssize_t length = read(ends[0], ret_text, 511);

	close(ends[0]);
	assert_true(length >= 0);
	ret_text[length] = '\0';
}

static void
the_reason_is_one_line_with_the_callers_prefix(void **state)
{
	struct ocf_call call = {.reason_prefix = "ocf-exit-reason:", .interval = OCF_INTERVAL_SET};
	char text[512];

	(void)state;
	printed(&call, OCF_ERR_GENERIC, "/dev/x is\nnot there", text);
	assert_string_equal(text, "ocf-exit-reason:no-device: /dev/x is?not there\n");
	call.reason_prefix = "other:";
	printed(&call, OCF_ERR_ARGS, "gone", text);
	assert_string_equal(text, "other:no-device: gone\n");
}

static void
success_prints_nothing(void **state)
{
	struct ocf_call call = {.reason_prefix = "p:"};
	char text[512];

	(void)state;
	printed(&call, OCF_SUCCESS, "never shown", text);
	assert_string_equal(text, "");
}

static void
a_7_is_silent_unless_a_person_asked(void **state)
{
	struct ocf_call call = {.reason_prefix = "p:", .interval = OCF_INTERVAL_ZERO};
	char text[512];

	(void)state;
	printed(&call, OCF_NOT_RUNNING, "gone", text);
	assert_string_equal(text, "");
	call.interval = OCF_INTERVAL_SET;
	printed(&call, OCF_NOT_RUNNING, "gone", text);
	assert_string_equal(text, "");
	call.interval = OCF_INTERVAL_UNSET;
	printed(&call, OCF_NOT_RUNNING, "gone", text);
	assert_string_equal(text, "p:no-device: gone\n");
}

static void
a_failure_without_words_still_has_a_line(void **state)
{
	struct ocf_call call = {.reason_prefix = "p:"};
	char text[512];

	(void)state;
	printed(&call, OCF_ERR_GENERIC, NULL, text);
	assert_true(strncmp(text, "p:internal: ", 12) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_failure_has_a_code_for_start_and_validate),
		cmocka_unit_test(start_says_6_for_a_missing_parameter_and_a_clone_alone),
		cmocka_unit_test(validate_says_6_for_the_configuration_alone),
		cmocka_unit_test(reload_says_1_for_every_failure),
		cmocka_unit_test(what_may_heal_is_1_for_start),
		cmocka_unit_test(each_row_of_the_key_path_has_its_own_code),
		cmocka_unit_test(a_status_from_nowhere_is_internal),
		cmocka_unit_test(a_probe_says_0_1_or_7),
		cmocka_unit_test(stop_says_0_with_proof_and_1_otherwise),
		cmocka_unit_test(only_proven_absence_is_7),
		cmocka_unit_test(a_flagged_volume_is_190_for_a_monitor_and_0_for_a_probe),
		cmocka_unit_test(the_question_follows_interval_and_role),
		cmocka_unit_test(the_reason_is_one_line_with_the_callers_prefix),
		cmocka_unit_test(success_prints_nothing),
		cmocka_unit_test(a_7_is_silent_unless_a_person_asked),
		cmocka_unit_test(a_failure_without_words_still_has_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

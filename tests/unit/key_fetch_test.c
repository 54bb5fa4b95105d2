/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root's side of the pipe against helpers that do it wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wire.h"
#include "volume/helper_path.h"
#include "volume/key_fetch.h"

/* A stand-in for the helper: a script that a test writes, and the reply that it sends. */
static char directory[] = "/tmp/luks-ssm-fetch-XXXXXX";
static char helper[200], reply_path[200], empty[200];

const char *
helper_path(void)
{
	return helper;
}

static void
helper_write(const char *script)
{
	owned_file file = fopen(helper, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\nPATH=/usr/bin:/bin\nreply=%s\ncat > /dev/null\n%s\n", reply_path,
		script);
	assert_int_equal(fchmod(fileno(file), 0700), 0);
}

static void
reply_write(const struct secret *frame, size_t length_bytes)
{
	owned_file file = fopen(reply_path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(frame->bytes, 1, length_bytes, file), length_bytes);
}

static enum status
fetch(int64_t deadline_ms, struct fetched_key *key, struct reason *reason)
{
	/* Not the shared files of whoever runs this. */
	const struct params params = {.ssm_parameter = "/p",
		.key_encoding = "text",
		.require_secure_string = true,
		.credentials_file = empty,
		.config_file = empty};

	return key_fetch(&params, NULL, 0, deadline_in_ms(deadline_ms), key, reason);
}

static void
refuses(enum status expected, const char *part)
{
	owned_fetched_key key = {0};
	struct reason reason = {0};
	enum status status = fetch(5000, &key, &reason);

	if (status != expected || strstr(reason.text, part) == NULL)
		fail_msg("%s, not %s with %s", reason.text, status_code(expected), part);
	assert_null(key.key.bytes);
}

static void
good_reply_make(struct secret *frame)
{
	assert_int_equal(wire_begin(WIRE_KIND_REPLY, 300, frame), STATUS_OK);
	assert_int_equal(wire_put_number(frame, WIRE_STATUS, 0, STATUS_OK), STATUS_OK);
	assert_int_equal(wire_put_bytes(frame, WIRE_KEY, 0, "k\0y", 3), STATUS_OK);
	assert_int_equal(wire_put_number(frame, WIRE_KEY_VERSION, 0, 5), STATUS_OK);
	assert_int_equal(wire_put_number(frame, WIRE_HAS_OLDER, 0, 1), STATUS_OK);
	assert_int_equal(wire_put_text(frame, WIRE_WARNING, 0, "two\nlines"), STATUS_OK);
	wire_end(frame);
}

static void
refusal_make(uint64_t status, const char *text, struct secret *frame)
{
	assert_int_equal(wire_begin(WIRE_KIND_REPLY, 300, frame), STATUS_OK);
	assert_int_equal(wire_put_number(frame, WIRE_STATUS, 0, status), STATUS_OK);
	assert_int_equal(wire_put_text(frame, WIRE_REASON, 0, text), STATUS_OK);
	wire_end(frame);
	reply_write(frame, frame->length_bytes);
}

static void
a_key_comes_with_what_belongs_to_it(void **state)
{
	owned_secret frame = {0};
	owned_fetched_key key = {0};
	struct reason reason = {0};

	(void)state;
	good_reply_make(&frame);
	reply_write(&frame, frame.length_bytes);
	helper_write("cat $reply");
	assert_int_equal(fetch(5000, &key, &reason), STATUS_OK);
	assert_int_equal(key.key.length_bytes, 3);
	assert_memory_equal(key.key.bytes, "k\0y", 3);
	assert_int_equal(key.version, 5);
	assert_true(key.has_older);
	/* One line, whatever the other side wrote. */
	assert_string_equal(key.warning, "two?lines");
}

static void
a_reply_that_is_not_exactly_one_frame_is_refused(void **state)
{
	owned_secret frame = {0};

	(void)state;
	good_reply_make(&frame);
	reply_write(&frame, frame.length_bytes - 1);
	helper_write("cat $reply");
	refuses(STATUS_HELPER_BROKEN, "not of this version");
	reply_write(&frame, frame.length_bytes);
	helper_write("cat $reply; printf x");
	refuses(STATUS_HELPER_BROKEN, "not of this version");
	helper_write("cat $reply $reply");
	refuses(STATUS_HELPER_BROKEN, "not of this version");
	helper_write("true");
	refuses(STATUS_HELPER_BROKEN, "not of this version");
	helper_write("head -c 200000 /dev/zero");
	refuses(STATUS_HELPER_BROKEN, "too long");
	frame.bytes[3]++;
	reply_write(&frame, frame.length_bytes);
	helper_write("cat $reply");
	refuses(STATUS_HELPER_BROKEN, "not of this version");
}

static void
an_exit_code_or_a_signal_spoils_even_a_good_reply(void **state)
{
	owned_secret frame = {0};

	(void)state;
	good_reply_make(&frame);
	reply_write(&frame, frame.length_bytes);
	helper_write("cat $reply; exit 4");
	refuses(STATUS_HELPER_BROKEN, "exit code 4");
	helper_write("cat $reply; kill -SEGV $$");
	refuses(STATUS_HELPER_BROKEN, "signal 11");
}

static void
a_reply_after_the_deadline_is_not_taken(void **state)
{
	owned_secret frame = {0};
	owned_fetched_key key = {0};
	struct reason reason = {0};
	int64_t begun_ms = clock_now_ms();

	(void)state;
	good_reply_make(&frame);
	reply_write(&frame, frame.length_bytes);
	helper_write("cat $reply; exec sleep 20");
	assert_int_equal(fetch(400, &key, &reason), STATUS_TIMED_OUT);
	assert_null(key.key.bytes);
	assert_true(clock_now_ms() - begun_ms < 2500);
}

static void
a_refusal_keeps_its_status_and_sentence(void **state)
{
	owned_secret frame = {0};

	(void)state;
	helper_write("cat $reply");
	refusal_make(STATUS_DENIED, "access-denied: /p: not allowed", &frame);
	refuses(STATUS_DENIED, "access-denied: /p: not allowed");
}

static void
a_refusal_with_a_status_that_is_none_is_the_helpers_fault(void **state)
{
	owned_secret first = {0}, second = {0}, third = {0};

	(void)state;
	helper_write("cat $reply");
	refusal_make(STATUS_COUNT, "x", &first);
	refuses(STATUS_HELPER_BROKEN, "says nothing");
	refusal_make(UINT64_MAX, "x", &second);
	refuses(STATUS_HELPER_BROKEN, "says nothing");
	/* Success without a key. */
	refusal_make(STATUS_OK, "x", &third);
	refuses(STATUS_HELPER_BROKEN, "without a key");
}

static void
the_helpers_environment_is_one_variable(void **state)
{
	char text[64] = "", path[220];

	(void)state;
	snprintf(path, sizeof(path), "%s/environment", directory);
	helper_write("tr '\\0' '\\n' < /proc/$$/environ > ${reply%/*}/environment");
	refuses(STATUS_HELPER_BROKEN, "not of this version");

	owned_file file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(text, 1, sizeof(text) - 1, file), strlen("LD_BIND_NOW=1\n"));
	assert_string_equal(text, "LD_BIND_NOW=1\n");
	unlink(path);
}

static void
a_missing_helper_is_named(void **state)
{
	(void)state;
	unlink(helper);
	refuses(STATUS_HELPER_BROKEN, helper);
}

static void
there_is_no_version_below_the_first(void **state)
{
	const struct params params = {.ssm_parameter = "/p", .key_encoding = "text"};
	owned_fetched_key key = {0};

	(void)state;
	const struct fetched_key first = {.version = 1}, none = {.version = 0};

	assert_int_equal(key_fetch(&params, &first, 1, deadline_in_ms(1000), &key, NULL),
		STATUS_NO_PARAMETER);
	assert_int_equal(key_fetch(&params, &none, 1, deadline_in_ms(1000), &key, NULL),
		STATUS_NO_PARAMETER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_comes_with_what_belongs_to_it),
		cmocka_unit_test(a_reply_that_is_not_exactly_one_frame_is_refused),
		cmocka_unit_test(an_exit_code_or_a_signal_spoils_even_a_good_reply),
		cmocka_unit_test(a_reply_after_the_deadline_is_not_taken),
		cmocka_unit_test(a_refusal_keeps_its_status_and_sentence),
		cmocka_unit_test(a_refusal_with_a_status_that_is_none_is_the_helpers_fault),
		cmocka_unit_test(the_helpers_environment_is_one_variable),
		cmocka_unit_test(a_missing_helper_is_named),
		cmocka_unit_test(there_is_no_version_below_the_first),
	};

	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(helper, sizeof(helper), "%s/helper", directory);
	snprintf(reply_path, sizeof(reply_path), "%s/reply", directory);

	snprintf(empty, sizeof(empty), "%s/empty", directory);

	owned_file file = fopen(empty, "w");
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	unlink(helper);
	unlink(empty);
	unlink(reply_path);
	rmdir(directory);
	return failed;
}

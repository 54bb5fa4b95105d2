/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bundles of certificate authorities: what OpenSSL reads is taken, what is malformed is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ca_fault.h"
#include "creds/ca_bundle.h"
#include "invalid_cases.h"

static void
file_read(const char *name, struct secret *ret_text)
{
	const char *source = getenv("top_srcdir");
	static char bytes[16384];
	char path[700];

	snprintf(path, sizeof(path), "%s/tests/data/ca-bundles/%s", source != NULL ? source : ".",
		name);

	owned_file file = fopen(path, "r");

	if (file == NULL)
		fail_msg("%s cannot be read", path);

	size_t length_bytes = fread(bytes, 1, sizeof(bytes), file);

	assert_in_range(length_bytes, 1, sizeof(bytes) - 1);
	assert_int_equal(secret_copy(bytes, length_bytes, ret_text), STATUS_OK);
}

static void
what_openssl_reads_is_taken(void **state)
{
	static const char *const names[] = {"valid/one.pem", "valid/two-between-comments.pem",
		"valid/dos-line-ends.pem", "valid/blanks-at-line-ends.pem",
		"valid/no-line-end-at-the-end.pem", "valid/older-label.pem",
		"valid/base64-in-one-line.pem"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		owned_secret text = {0};
		struct reason reason = {0}, fault = {0};

		file_read(names[i], &text);
		if (ca_bundle_check(&text, names[i], &reason) != STATUS_OK)
			fail_msg("%s: %s", names[i], reason.text);
		assert_int_equal(ca_fault_explain(text.bytes, text.length_bytes, "host", &fault),
			STATUS_UNTRUSTED);
		assert_string_equal(fault.text,
			"untrusted-certificate: host: no certificate authority could be loaded; check ca_bundle");
	}
}

/* What has the marks of PEM is the helper's to judge, when libcurl could not load it. */
static enum status
bundle_try(const char *path, const char *text, size_t length_bytes, struct reason *reason)
{
	owned_secret copy = {0};

	(void)path;
	assert_int_equal(secret_copy(text, length_bytes, &copy), STATUS_OK);
	if (ca_bundle_check(&copy, "/its/path", reason) == STATUS_OK)
		return ca_fault_explain(copy.bytes, copy.length_bytes, "host", reason);
	assert_non_null(strstr(reason->text, "ca_bundle: /its/path"));
	return reason->status;
}

static void
malformed_bundles_are_named_with_their_line(void **state)
{
	(void)state;
	invalid_cases_walk("ca-bundles", bundle_try);
}

static void
every_beginning_of_a_bundle_is_judged_within_its_bounds(void **state)
{
	owned_secret text = {0};

	(void)state;
	file_read("valid/dos-line-ends.pem", &text);
	for (size_t length_bytes = 0; length_bytes < text.length_bytes; length_bytes++) {
		owned_secret part = {0};
		struct reason reason = {0};

		assert_int_equal(secret_copy(text.bytes, length_bytes, &part), STATUS_OK);

		enum status status = ca_bundle_check(&part, "/p", &reason);

		if (status != STATUS_OK)
			assert_int_equal(status, STATUS_UNTRUSTED);
		assert_int_equal(status, reason.status);
	}
}

static void
without_a_bundle_it_is_the_systems_that_cannot_be_loaded(void **state)
{
	struct reason reason = {0};

	(void)state;
	assert_int_equal(ca_fault_explain(NULL, 0, "host", &reason), STATUS_UNTRUSTED);
	assert_non_null(strstr(reason.text, "install ca-certificates"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_reads_is_taken),
		cmocka_unit_test(malformed_bundles_are_named_with_their_line),
		cmocka_unit_test(every_beginning_of_a_bundle_is_judged_within_its_bounds),
		cmocka_unit_test(without_a_bundle_it_is_the_systems_that_cannot_be_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

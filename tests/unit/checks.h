/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of the parameters' checks: a value is taken without a word, or refused with a line that
 * names it. Included once by each test program, after cmocka.
 */
#ifndef LUKS_SSM_TESTS_UNIT_CHECKS_H
#define LUKS_SSM_TESTS_UNIT_CHECKS_H

#include <string.h>

#include "params/params_check.h"

static inline void
assert_taken(param_check *check, const char *value)
{
	struct reason reason = {0};

	if (check("field", value, &reason) != STATUS_OK)
		fail_msg("\"%s\" was refused: %s", value, reason.text);
	assert_string_equal(reason.text, "");
}

static inline void
assert_refused(param_check *check, const char *value)
{
	struct reason reason = {0};

	if (check("field", value, &reason) != STATUS_BAD_PARAMETER)
		fail_msg("\"%s\" was taken", value);
	assert_int_equal(reason.status, STATUS_BAD_PARAMETER);
	/* The line says which parameter it is about. */
	assert_non_null(strstr(reason.text, "bad-parameter: field"));
}

static inline void
assert_all_taken(param_check *check, const char *const *values)
{
	for (; *values != NULL; values++)
		assert_taken(check, *values);
}

static inline void
assert_all_refused(param_check *check, const char *const *values)
{
	for (; *values != NULL; values++)
		assert_refused(check, *values);
}

/* The same for each text of a list. */
#define TAKEN(check, ...) assert_all_taken(check, (const char *const[]){__VA_ARGS__, NULL})
#define REFUSED(check, ...) assert_all_refused(check, (const char *const[]){__VA_ARGS__, NULL})

#endif

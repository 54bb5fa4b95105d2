/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of names and secret values: the last value counts, an empty one is none, and each is
 * wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "creds/variables.h"

/* Memory that counts what was wiped before it was given back. */
static size_t made, ended;
static bool has_no_memory;

void *
secret_memory_new(size_t size_bytes)
{
	if (has_no_memory)
		return NULL;
	made++;
	return calloc(1, size_bytes);
}

void
secret_memory_withhold(void *memory, size_t size_bytes)
{
	(void)memory;
	(void)size_bytes;
}

void
secret_memory_end(void *memory, size_t size_bytes)
{
	ended++;
	explicit_bzero(memory, size_bytes);
	free(memory);
}

static enum status
set(struct variables *variables, const char *name, const char *value)
{
	return variables_set(variables, name, value, strlen(value));
}

static void
the_last_value_of_a_name_counts(void **state)
{
	owned_variables variables = {0};

	(void)state;
	assert_int_equal(set(&variables, "A", "one"), STATUS_OK);
	assert_int_equal(set(&variables, "B", "two"), STATUS_OK);
	assert_int_equal(set(&variables, "A", "three"), STATUS_OK);
	assert_int_equal(variables.count, 2);
	assert_string_equal(variables_get(&variables, "A"), "three");
	assert_string_equal(variables_get(&variables, "B"), "two");
	assert_null(variables_get(&variables, "a"));
	assert_null(variables_get(&variables, ""));
}

/* As the shell and AWS's own tools see it: AWS_PROFILE= names no profile. */
static void
an_empty_value_is_none_and_takes_an_earlier_one_away(void **state)
{
	owned_variables variables = {0};

	(void)state;
	assert_int_equal(set(&variables, "A", "one"), STATUS_OK);
	assert_int_equal(set(&variables, "A", ""), STATUS_OK);
	assert_null(variables_get(&variables, "A"));
	assert_int_equal(variables.count, 1);
}

static void
every_value_is_given_back_also_one_that_was_replaced(void **state)
{
	struct variables variables = {0};

	(void)state;
	made = ended = 0;
	assert_int_equal(set(&variables, "A", "one"), STATUS_OK);
	assert_int_equal(set(&variables, "A", "two"), STATUS_OK);
	assert_int_equal(set(&variables, "B", "three"), STATUS_OK);
	assert_int_equal(ended, 1);
	variables_end(&variables);
	assert_int_equal(made, 3);
	assert_int_equal(ended, 3);
	variables_end(&variables);
	assert_int_equal(ended, 3);
}

static void
without_memory_the_old_value_stays(void **state)
{
	owned_variables variables = {0};

	(void)state;
	assert_int_equal(set(&variables, "A", "one"), STATUS_OK);
	has_no_memory = true;
	assert_int_equal(set(&variables, "A", "two"), STATUS_NO_MEMORY);
	assert_int_equal(set(&variables, "B", "two"), STATUS_NO_MEMORY);
	has_no_memory = false;
	assert_string_equal(variables_get(&variables, "A"), "one");
	assert_int_equal(variables.count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_value_of_a_name_counts),
		cmocka_unit_test(an_empty_value_is_none_and_takes_an_earlier_one_away),
		cmocka_unit_test(every_value_is_given_back_also_one_that_was_replaced),
		cmocka_unit_test(without_memory_the_old_value_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers are found by name, and what no kernel has is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "volume/kernel_module.h"

static void
test_every_kernel_knows_proc_and_none_knows_nonsense(void **state)
{
	(void)state;
	assert_true(kernel_knows_filesystem("proc"));
	assert_false(kernel_knows_filesystem("pro"));
	assert_false(kernel_knows_filesystem("nosuchfs"));
	assert_false(kernel_knows_filesystem(""));
}

static void
test_a_loaded_module_is_there_under_both_spellings(void **state)
{
	(void)state;
	/* Built-in code with parameters has a directory in /sys/module as well. */
	assert_true(kernel_module_is_there("kernel"));
	assert_true(kernel_module_is_there("printk"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kernel_knows_proc_and_none_knows_nonsense),
		cmocka_unit_test(test_a_loaded_module_is_there_under_both_spellings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about finding mount namespaces. Entering them is for the machine (tests/kernel). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "volume/namespaces.h"

static void
our_own_namespace_has_the_number_that_stat_shows(void **state)
{
	struct stat seen;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/mnt", &seen), 0);
	assert_int_equal(namespace_of_process("self"), seen.st_ino);
}

static void
a_process_that_is_gone_has_no_namespace(void **state)
{
	(void)state;
	assert_int_equal(namespace_of_process("99999999"), 0);
}

static void
the_list_has_each_namespace_once_and_not_our_own(void **state)
{
	owned_namespace_list list = {0};
	struct reason reason = {0};
	uint64_t own = namespace_of_process("self");

	(void)state;
	assert_int_equal(namespace_list_read(&list, &reason), STATUS_OK);
	for (size_t i = 0; i < list.count; i++) {
		assert_true(list.namespaces[i].inode != own);
		assert_true(list.namespaces[i].fd >= 0);
		for (size_t j = 0; j < i; j++)
			assert_true(list.namespaces[i].inode != list.namespaces[j].inode);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_namespace_has_the_number_that_stat_shows),
		cmocka_unit_test(a_process_that_is_gone_has_no_namespace),
		cmocka_unit_test(the_list_has_each_namespace_once_and_not_our_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The free memory is a plausible number: more than nothing, no more than the node has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/kdf_memory.h"

static void
test_free_memory_lies_between_nothing_and_what_the_node_has(void **state)
{
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);
	uint64_t node_kib = pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;

	(void)state;
	assert_in_range(kdf_memory_free_kib(), 1, node_kib);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_free_memory_lies_between_nothing_and_what_the_node_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

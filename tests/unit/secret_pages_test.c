/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root's secrets in pages of their own: zeroed, locked and undumped however others end, and gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"

/* The flags of the mapping that holds MEMORY, as smaps has them. */
static void
flags_read(const void *memory, char flags[static 128])
{
	char line[512];
	unsigned long begin = 0, end = 0;
	uintptr_t at = (uintptr_t)memory;
	FILE *smaps = fopen("/proc/self/smaps", "re");

	flags[0] = '\0';
	assert_non_null(smaps);
	while (flags[0] == '\0' && fgets(line, sizeof(line), smaps) != NULL) {
		sscanf(line, "%lx-%lx ", &begin, &end);
		if (at >= begin && at < end && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(flags, 128, "%.127s", line + 8);
	}
	fclose(smaps);
}

/* What mlock returns is not enough: the sanitizers put one in its place that does nothing. */
static bool
memory_can_be_locked(void)
{
	char flags[128];
	char *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);

	bool is_done = mlock(page, 1) == 0;

	flags_read(page, flags);
	munmap(page, 1);
	return is_done && strstr(flags, " lo") != NULL;
}

static void
test_a_secret_stays_locked_and_undumped_when_its_neighbours_end(void **state)
{
	char flags[128];
	struct secret first = {0}, kept = {0}, last = {0};

	(void)state;
	assert_int_equal(secret_copy("one", 3, &first), STATUS_OK);
	assert_int_equal(secret_copy("two", 3, &kept), STATUS_OK);
	assert_int_equal(secret_copy("three", 5, &last), STATUS_OK);
	secret_end(&first);
	secret_end(&last);
	flags_read(kept.bytes, flags);
	assert_non_null(strstr(flags, " dd"));
	if (memory_can_be_locked())
		assert_non_null(strstr(flags, " lo"));
	assert_memory_equal(kept.bytes, "two", 4);
	secret_end(&kept);
}

static void
test_no_two_secrets_share_a_page(void **state)
{
	uintptr_t page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
	char *one = secret_memory_new(1), *two = secret_memory_new(1);

	(void)state;
	assert_int_not_equal((uintptr_t)one / page_bytes, (uintptr_t)two / page_bytes);
	secret_memory_end(one, 1);
	secret_memory_end(two, 1);
}

static void
test_the_pages_of_an_ended_secret_are_gone(void **state)
{
	char flags[128];
	struct secret secret = {0};

	(void)state;
	assert_int_equal(secret_make(&secret, 8191), STATUS_OK);

	char *bytes = secret.bytes;

	secret_end(&secret);
	assert_null(secret.bytes);
	for (size_t page = 0; page < 2; page++) {
		/* Somebody else's may be there by now, who has no undumped pages. */
		flags_read(bytes + page * 4096, flags);
		assert_null(strstr(flags, " dd"));
	}
}

/* What a child that is forked now finds in the first byte of SECRET. */
static int
child_finds(const struct secret *secret)
{
	int state = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(secret->bytes[0]);
	assert_int_equal(waitpid(pid, &state, 0), pid);
	assert_true(WIFEXITED(state));
	return WEXITSTATUS(state);
}

static void
test_a_child_does_not_find_a_secret_that_is_withheld(void **state)
{
	struct secret secret = {0}, other = {0};

	(void)state;
	assert_int_equal(secret_copy("one", 3, &secret), STATUS_OK);
	assert_int_equal(secret_copy("two", 3, &other), STATUS_OK);
	assert_int_equal(child_finds(&secret), 'o');
	secret_withhold(&secret);
	assert_int_equal(child_finds(&secret), 0);
	assert_int_equal(child_finds(&other), 't');
	assert_memory_equal(secret.bytes, "one", 4);
	secret_end(&secret);
	secret_end(&other);
	secret_withhold(&secret);
}

static void
test_new_memory_is_zero(void **state)
{
	char *memory = secret_memory_new(4096);

	(void)state;
	assert_non_null(memory);
	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(memory[i], 0);
	secret_memory_end(memory, 4096);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_secret_stays_locked_and_undumped_when_its_neighbours_end),
		cmocka_unit_test(test_no_two_secrets_share_a_page),
		cmocka_unit_test(test_the_pages_of_an_ended_secret_are_gone),
		cmocka_unit_test(test_a_child_does_not_find_a_secret_that_is_withheld),
		cmocka_unit_test(test_new_memory_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

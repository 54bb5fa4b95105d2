/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts about finding mount namespaces, and about one that cannot be looked into. Entering them is
 * for the machine (tests/kernel): bounded_run below takes the library's place, and so do the roots,
 * which lead to the real /proc or to one of a single process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/bounded.h"
#include "volume/namespaces.h"
#include "volume/roots.h"

#define OURS "31 1 254:77 / /srv/vol rw - xfs /dev/mapper/vol rw\n"
#define STRANGERS "31 1 8:1 / / rw - xfs /dev/sda1 rw\n"

const char sysfs_root[] = "sys";
const char proc_root[] = "proc";
const char run_root[] = "run";
const char dev_root[] = "dev";

/* What entering a namespace comes to. */
static enum status entered;

enum status
bounded_run(bounded_function *function, const char *what, void *context, size_t context_bytes,
	struct deadline deadline, struct reason *reason)
{
	(void)function;
	(void)what;
	(void)context;
	(void)context_bytes;
	(void)deadline;
	return reason_set(reason, entered, "entered");
}

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

/* Process 77 in a namespace of its own, number 2. */
static void
one_process_make(const char *mountinfo)
{
	assert_int_equal(mkdir("proc", 0700) + mkdir("proc/self", 0700) +
			mkdir("proc/self/ns", 0700) + mkdir("proc/77", 0700) +
			mkdir("proc/77/ns", 0700),
		0);
	assert_int_equal(symlink("mnt:[1]", "proc/self/ns/mnt"), 0);
	assert_int_equal(symlink("mnt:[2]", "proc/77/ns/mnt"), 0);

	owned_file namespace_file = fopen("proc/77/ns/mnt:[2]", "we");
	owned_file mounts = fopen("proc/77/mountinfo", "we");

	assert_non_null(namespace_file);
	assert_non_null(mounts);
	assert_true(fputs(mountinfo, mounts) >= 0);
}

static void
one_process_end(void)
{
	static const char *const paths[] = {"proc/77/mountinfo", "proc/77/ns/mnt",
		"proc/77/ns/mnt:[2]", "proc/77/ns", "proc/77", "proc/self/ns/mnt", "proc/self/ns",
		"proc/self", "proc"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(remove(paths[i]), 0);
}

/* Whether that namespace counts as one that does not let go, so that its processes may be
 * signalled. */
static bool
is_held_against(const char *mountinfo, enum status of_entering)
{
	owned_footprint footprint = {.mapping = makedev(254, 77)};
	enum status status;

	assert_int_equal(remove("proc"), 0);
	one_process_make(mountinfo);
	entered = of_entering;
	status = namespaces_unmount(&footprint, true, deadline_in_ms(1000), NULL);
	one_process_end();
	assert_int_equal(symlink("/proc", "proc"), 0);
	assert_int_equal(status, of_entering == STATUS_OK ? STATUS_OK : STATUS_BUSY);
	return id_set_has(&footprint.namespaces, 2);
}

static void
a_namespace_without_ours_is_not_blamed_when_it_cannot_be_looked_into(void **state)
{
	(void)state;
	assert_false(is_held_against(STRANGERS, STATUS_NO_MEMORY));
	assert_false(is_held_against(STRANGERS, STATUS_UNREADABLE));
	assert_false(is_held_against(STRANGERS, STATUS_TIMED_OUT));
	assert_false(is_held_against(STRANGERS, STATUS_OK));
}

static void
a_namespace_that_shows_ours_or_was_found_to_keep_it_is(void **state)
{
	(void)state;
	assert_true(is_held_against(OURS, STATUS_TIMED_OUT));
	assert_true(is_held_against(OURS, STATUS_BUSY));
	assert_true(is_held_against(STRANGERS, STATUS_BUSY));
	assert_false(is_held_against(OURS, STATUS_OK));
}

static int
directory_enter(void **state)
{
	static char path[] = "/tmp/luks-ssm-namespaces-XXXXXX";

	*state = path;
	return mkdtemp(path) != NULL && chdir(path) == 0 ? symlink("/proc", "proc") : -1;
}

static int
directory_leave(void **state)
{
	return remove("proc") == 0 && chdir("/") == 0 ? rmdir(*state) : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_namespace_has_the_number_that_stat_shows),
		cmocka_unit_test(a_process_that_is_gone_has_no_namespace),
		cmocka_unit_test(the_list_has_each_namespace_once_and_not_our_own),
		cmocka_unit_test(
			a_namespace_without_ours_is_not_blamed_when_it_cannot_be_looked_into),
		cmocka_unit_test(a_namespace_that_shows_ours_or_was_found_to_keep_it_is),
	};

	return cmocka_run_group_tests(tests, directory_enter, directory_leave);
}

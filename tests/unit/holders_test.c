/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about finding users: by what they hold, and named so that a person can find them. Needs no
 * root. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/holders.h"
#include "volume/holders_process.h"

enum deed { DEED_NOTHING, DEED_OPEN, DEED_MAP, DEED_CWD };

/* A memory file stands in for the volume: nothing else of this test lies on its superblock. */
static int
volume_file(struct footprint *ret_footprint)
{
	int fd = memfd_create("volume", MFD_CLOEXEC);
	struct stat seen;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_int_equal(fstat(fd, &seen), 0);
	*ret_footprint = (struct footprint){.mapping = seen.st_dev};
	return fd;
}

static _Noreturn void
child_main(enum deed deed, int volume_fd, int ready_fd)
{
	char byte = 'r';
	bool done = true;

	if (deed == DEED_MAP)
		done = mmap(NULL, 4096, PROT_READ, MAP_SHARED, volume_fd, 0) != MAP_FAILED;
	if (deed == DEED_CWD)
		done = chdir("/proc") == 0;
	if (deed != DEED_OPEN)
		close(volume_fd);
	if (!done || write(ready_fd, &byte, 1) != 1)
		_exit(1);
	alarm(60);
	for (;;)
		pause();
}

static pid_t
child_start(enum deed deed, int volume_fd)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();

	if (pid == 0)
		child_main(deed, volume_fd, ready[1]);
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void
child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static const char *
child_use(enum deed deed, const struct footprint *footprint, int volume_fd)
{
	char process[16];
	pid_t pid = child_start(deed, volume_fd);

	snprintf(process, sizeof(process), "%d", (int)pid);
	const char *use = process_use(process, footprint, false);
	child_end(pid);
	return use;
}

static void
an_open_file_is_seen(void **state)
{
	struct footprint footprint;
	int fd = volume_file(&footprint);

	(void)state;
	assert_string_equal(child_use(DEED_OPEN, &footprint, fd), "open file");
	close(fd);
}

static void
a_memory_map_is_seen_after_the_file_was_closed(void **state)
{
	struct footprint footprint;
	int fd = volume_file(&footprint);

	(void)state;
	assert_string_equal(child_use(DEED_MAP, &footprint, fd), "memory map");
	close(fd);
}

static void
a_process_that_holds_nothing_is_no_user(void **state)
{
	struct footprint footprint;
	int fd = volume_file(&footprint);

	(void)state;
	assert_null(child_use(DEED_NOTHING, &footprint, fd));
	close(fd);
}

static void
a_working_directory_is_seen(void **state)
{
	struct footprint footprint;
	struct stat seen;
	int fd = volume_file(&footprint);

	(void)state;
	assert_int_equal(stat("/proc", &seen), 0);
	footprint.mapping = seen.st_dev;
	assert_string_equal(child_use(DEED_CWD, &footprint, fd), "working directory");
	close(fd);
}

static void
a_user_is_found_by_its_mount_alone(void **state)
{
	struct footprint footprint;
	struct statx seen;
	int fd = volume_file(&footprint);

	(void)state;
	assert_int_equal(statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &seen), 0);
	if ((seen.stx_mask & STATX_MNT_ID) == 0)
		skip();
	owned_footprint by_mount = {0};
	assert_int_equal(id_set_add(&by_mount.mounts, seen.stx_mnt_id), STATUS_OK);
	assert_string_equal(child_use(DEED_OPEN, &by_mount, fd), "open file");
	close(fd);
}

static void
the_list_holds_the_user_with_its_name_and_never_ourselves(void **state)
{
	struct footprint footprint;
	owned_holder_list list = {0};
	struct reason reason = {0};
	int fd = volume_file(&footprint);
	pid_t pid = child_start(DEED_OPEN, fd);
	const struct volume_user *found = NULL;

	(void)state;
	assert_int_equal(holder_list_find(&footprint, false, deadline_in_ms(20000), &list, &reason),
		STATUS_OK);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_not_equal(list.holders[i].pid, getpid());
		if (list.holders[i].pid == pid)
			found = &list.holders[i];
	}
	child_end(pid);
	assert_non_null(found);
	assert_true(found->pid_fd >= 0);
	assert_false(found->is_spared);
	assert_non_null(strstr(found->name, "holders_test"));
	close(fd);
}

static void
holders_are_named_and_the_rest_is_counted(void **state)
{
	struct volume_user users[] = {{.pid = 812,
					      .name = "postgres",
					      .unit = "postgresql.service"},
		{.pid = 0, .name = "loop0"}, {.pid = 813, .name = "bash"}};
	char text[120];
	char little[48];

	(void)state;
	holder_list_words(&(struct holder_list){users, 3}, text, sizeof(text));
	assert_string_equal(text, "pid 812 (postgres, postgresql.service), loop0, pid 813 (bash)");
	holder_list_words(&(struct holder_list){users, 3}, little, sizeof(little));
	assert_non_null(strstr(little, "pid 812"));
	holder_list_words(&(struct holder_list){users, 0}, text, sizeof(text));
	assert_string_equal(text, "nobody that can be seen");
}

static void
a_long_list_ends_with_a_count(void **state)
{
	struct volume_user users[40];
	char text[120];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		users[i] = (struct volume_user){.pid = (pid_t)(1000 + i),
			.name = "worker",
			.unit = "app.service"};
	holder_list_words(&(struct holder_list){users, 40}, text, sizeof(text));
	assert_non_null(strstr(text, " more"));
	assert_true(strlen(text) < sizeof(text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_file_is_seen),
		cmocka_unit_test(a_memory_map_is_seen_after_the_file_was_closed),
		cmocka_unit_test(a_process_that_holds_nothing_is_no_user),
		cmocka_unit_test(a_working_directory_is_seen),
		cmocka_unit_test(a_user_is_found_by_its_mount_alone),
		cmocka_unit_test(the_list_holds_the_user_with_its_name_and_never_ourselves),
		cmocka_unit_test(holders_are_named_and_the_rest_is_counted),
		cmocka_unit_test(a_long_list_ends_with_a_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

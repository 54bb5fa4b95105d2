/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which files can be read in the jail: those of the list and no others, by Landlock alone while
 * root's rights are there. Skipped where the kernel has no Landlock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "jail_kit.h"

/* Readable by everybody outside. */
static const char *const foreign[] = {
	"/etc/passwd",
	"/etc/group",
	"/etc/fstab",
	"/etc/hostname",
	"/etc",
	"/proc/1/status",
	"/proc/1/cmdline",
	"/proc/self/status",
	"/proc/self/maps",
	"/proc/mounts",
	"/proc",
	"/sys/kernel",
	"/sys/block",
	"/dev/null",
	"/dev/zero",
	"/dev",
	"/dev/shm",
	"/run",
	"/tmp",
	"/var/log",
	"/var/lib",
	"/home",
	"/usr/bin",
	"/usr/share",
	"/",
};

/* Readable by root. */
static const char *const roots[] = {
	"/etc/shadow",
	"/etc/gshadow",
	"/root",
	"/proc/1/environ",
	"/proc/1/maps",
	"/proc/self/mem",
	"/dev/mem",
};

static const char *const readable[] = {
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/nsswitch.conf",
	"/etc/host.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/ld.so.cache",
	"/etc/ssl/openssl.cnf",
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/ssl/certs",
	"/usr/lib",
	"/usr/share/ca-certificates",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int
file_open(const void *context)
{
	owned_fd fd = open(context, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? errno : 0;
}

/* A name that leads through a link is as shut as the file itself. */
static void
check_shut(const char *path)
{
	int outside = work_free(file_open, path);
	int limited = work_limited(file_open, path), jailed = work_jailed(file_open, path);

	if (outside == ENOENT || outside == ENXIO)
		return;
	if (outside == 0 && limited != EACCES)
		fail_msg("%s: Landlock alone gives %d", path, limited);
	if (jailed != EACCES)
		fail_msg("%s: in the jail %d", path, jailed);
}

static void
no_file_but_those_listed_can_be_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(foreign); i++)
		check_shut(foreign[i]);
}

static void
what_root_alone_may_read_is_shut_to_root_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(roots); i++)
		check_shut(roots[i]);
}

static void
the_configuration_and_its_keys_cannot_be_read(void **state)
{
	char directory[] = "/tmp/luks-ssm-jail-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0755), 0);
	snprintf(path, sizeof(path), "%s/environment", directory);

	owned_fd fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	check_shut(path);
	check_shut(directory);
	check_shut("/etc/luks-ssm");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void
what_a_fetch_needs_can_be_read(void **state)
{
	size_t there = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(readable); i++) {
		if (work_free(file_open, readable[i]) != 0)
			continue;
		there++;
		if (work_jailed(file_open, readable[i]) != 0)
			fail_msg("%s cannot be read", readable[i]);
	}
	assert_true(there > 3);
}

/* Each returns 0 when something was changed. */
static int
name_remove(const void *context)
{
	return unlink(context) == 0 ? 0 : errno;
}

static int
directory_make(const void *context)
{
	return mkdir(context, 0700) == 0 ? 0 : errno;
}

static int
link_make(const void *context)
{
	return symlink("nowhere", context) == 0 ? 0 : errno;
}

static int
file_make(const void *context)
{
	owned_fd fd = open(context, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? errno : 0;
}

static void
nothing_can_be_made_or_removed_anywhere(void **state)
{
	static jail_work *const changes[] = {directory_make, link_make, file_make, name_remove};
	char path[] = "/tmp/luks-ssm-jail-XXXXXX";
	struct stat info;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(work_limited(name_remove, path), EACCES);
	assert_int_equal(unlink(path), 0);
	for (size_t i = 0; i < COUNT(changes) - 1; i++) {
		assert_int_equal(work_limited(changes[i], path), EACCES);
		assert_int_not_equal(work_jailed(changes[i], path), 0);
		assert_int_not_equal(lstat(path, &info), 0);
	}
}

static int
landlock_try(const void *context)
{
	(void)context;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_but_those_listed_can_be_read),
		cmocka_unit_test(what_root_alone_may_read_is_shut_to_root_too),
		cmocka_unit_test(the_configuration_and_its_keys_cannot_be_read),
		cmocka_unit_test(what_a_fetch_needs_can_be_read),
		cmocka_unit_test(nothing_can_be_made_or_removed_anywhere),
	};

	if (work_limited(landlock_try, NULL) != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

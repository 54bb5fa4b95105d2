/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a check is needed, as far as no checker has to run. The superblocks are a few bytes in a
 * file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "volume/fsck.h"

static char path[] = "/tmp/luks-ssm-XXXXXX";

static int
file_make(void **state)
{
	(void)state;

	int fd = mkstemp(path);

	return fd < 0 || close(fd) != 0;
}

static int
file_remove(void **state)
{
	(void)state;
	return unlink(path);
}

/* The fields of an ext4 superblock that count: magic, state, incompatible features. */
static void
superblock_write(unsigned int magic, unsigned int state, unsigned int incompat)
{
	unsigned char super[2048] = {0};
	FILE *file = fopen(path, "we");

	super[1024 + 0x38] = magic & 0xff;
	super[1024 + 0x39] = (unsigned char)(magic >> 8);
	super[1024 + 0x3a] = (unsigned char)state;
	super[1024 + 0x60] = incompat & 0xff;
	super[1024 + 0x61] = (unsigned char)(incompat >> 8);
	assert_non_null(file);
	assert_int_equal(fwrite(super, 1, sizeof(super), file), sizeof(super));
	assert_int_equal(fclose(file), 0);
}

static enum status
run_saying(const char *policy, const char *fstype, bool read_only, struct reason *reason)
{
	const struct doer doer = {.phase_fd = -1,
		.children_fd = -1,
		.deadline = deadline_in_ms(5000)};

	return fsck_run(policy, fstype, path, read_only, &doer, reason);
}

static enum status
run(const char *policy, const char *fstype, bool read_only)
{
	struct reason reason = {0};

	return run_saying(policy, fstype, read_only, &reason);
}

static void
test_a_clean_ext4_needs_nothing(void **state)
{
	(void)state;
	superblock_write(0xef53, 1, 0);
	assert_int_equal(run("auto", "ext4", false), STATUS_OK);
	assert_int_equal(run("no", "ext4", false), STATUS_OK);
}

static void
test_errors_without_leave_to_repair_are_refused(void **state)
{
	(void)state;
	superblock_write(0xef53, 3, 0);
	assert_int_equal(run("no", "ext4", false), STATUS_NEEDS_FSCK);
	superblock_write(0xef53, 0, 0);
	assert_int_equal(run("no", "ext4", false), STATUS_NEEDS_FSCK);
}

/* Without a journal what another node has mounted looks so, too. */
static void
test_nobody_is_sent_to_e2fsck_where_another_node_may_have_it(void **state)
{
	struct reason reason = {0};

	(void)state;
	superblock_write(0xef53, 0, 0x100);
	assert_int_equal(run_saying("no", "ext4", false, &reason), STATUS_NEEDS_FSCK);
	assert_non_null(strstr(reason.text, "on another node (MMP)"));
	assert_null(strstr(reason.text, "e2fsck"));
}

static void
test_a_journal_to_replay_is_the_kernels_with_no(void **state)
{
	(void)state;
	superblock_write(0xef53, 1, 4);
	assert_int_equal(run("no", "ext4", false), STATUS_OK);
}

static void
test_nothing_is_repaired_read_only(void **state)
{
	(void)state;
	superblock_write(0xef53, 2, 4);
	assert_int_equal(run("auto", "ext4", true), STATUS_OK);
}

static void
test_a_superblock_without_its_magic_is_damaged(void **state)
{
	(void)state;
	superblock_write(0x1234, 1, 0);
	assert_int_equal(run("auto", "ext4", false), STATUS_BAD_FILESYSTEM);
}

static void
test_xfs_and_btrfs_are_never_checked_and_never_forced(void **state)
{
	(void)state;
	superblock_write(0, 0, 0);
	assert_int_equal(run("auto", "xfs", false), STATUS_OK);
	assert_int_equal(run("no", "btrfs", false), STATUS_OK);
	assert_int_equal(run("force", "xfs", false), STATUS_BAD_PARAMETER);
	assert_int_equal(fsck_check_policy("force", "btrfs", NULL), STATUS_BAD_PARAMETER);
	assert_int_equal(fsck_check_policy("force", "ext4", NULL), STATUS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_clean_ext4_needs_nothing),
		cmocka_unit_test(test_errors_without_leave_to_repair_are_refused),
		cmocka_unit_test(test_nobody_is_sent_to_e2fsck_where_another_node_may_have_it),
		cmocka_unit_test(test_a_journal_to_replay_is_the_kernels_with_no),
		cmocka_unit_test(test_nothing_is_repaired_read_only),
		cmocka_unit_test(test_a_superblock_without_its_magic_is_damaged),
		cmocka_unit_test(test_xfs_and_btrfs_are_never_checked_and_never_forced),
	};

	return cmocka_run_group_tests(tests, file_make, file_remove);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What validate-all says of the filesystem in our open mapping. Who reads it is this file's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "base/log.h"
#include "fake_tree.h"
#include "volume/bounded.h"
#include "volume/fsck.h"
#include "volume/inside_check.h"

static struct {
	enum status found, superblock;
	bool is_unclean;
	int reads, superblock_reads, warnings;
} disk;

enum status
bounded_run(bounded_function *function, const char *what, void *context, size_t context_bytes,
	struct deadline deadline, struct reason *reason)
{
	assert_string_equal(what, "dev/dm-3");
	assert_int_equal(context_bytes, sizeof(struct inside));
	/* Time is left for an answer after this one. */
	assert_in_range(deadline_left_ms(deadline), 1, 2600);
	return function(context, reason);
}

enum status
filesystem_find(const char *path, const char *fstype, char ret_fstype[static FSTYPE_BYTES],
	struct reason *reason)
{
	assert_string_equal(path, "dev/dm-3");
	(void)fstype;
	disk.reads++;
	snprintf(ret_fstype, FSTYPE_BYTES, "ext4");
	return disk.found == STATUS_OK ? STATUS_OK : reason_set(reason, disk.found, "nothing");
}

enum status
fsck_look(const char *fstype, const char *path, bool *ret_is_unclean, struct reason *reason)
{
	assert_string_equal(path, "dev/dm-3");
	assert_string_equal(fstype, "ext4");
	disk.superblock_reads++;
	*ret_is_unclean = disk.is_unclean;
	return disk.superblock == STATUS_OK ? STATUS_OK
					    : reason_set(reason, disk.superblock, "damaged");
}

void
log_write(enum log_level level, const char *format, ...)
{
	(void)format;
	disk.warnings += level == LOG_LEVEL_WARNING;
}

static int
begin(void **state)
{
	memset(&disk, 0, sizeof(disk));
	(void)state;
	return 0;
}

static const struct dm_device open_mapping = {.name = "vol",
	.number = 254u << 8 | 3,
	.has_table = true,
	.slave = DM_SLAVE_ALIVE};

static enum status
check(struct inside *inside, struct dm_device ours, size_t mounted)
{
	struct view view = {.ours = &ours, .ours_mounted = mounted};
	struct reason reason = {0};

	inside_note(inside, &view);

	enum status status = inside_check(inside, deadline_in_ms(5000), &reason);

	assert_int_equal(reason.text[0] == '\0', status == STATUS_OK);
	return status;
}

static void
the_type_is_seen_where_it_is_not_asked_for(void **state)
{
	struct inside inside = {.fstype = "auto"};

	(void)state;
	assert_null(inside_fstype(&inside));
	assert_int_equal(check(&inside, open_mapping, 1), STATUS_OK);
	assert_string_equal(inside_fstype(&inside), "ext4");
	assert_int_equal(disk.superblock_reads, 0);
}

static void
a_type_that_is_asked_for_is_read_only_with_the_state(void **state)
{
	struct inside inside = {.fstype = "xfs"};

	(void)state;
	assert_int_equal(check(&inside, open_mapping, 0), STATUS_OK);
	assert_int_equal(disk.reads, 0);
	inside.with_state = true;
	assert_int_equal(check(&inside, open_mapping, 0), STATUS_OK);
	assert_int_equal(disk.reads, 1);
	assert_string_equal(inside_fstype(&inside), "xfs");
}

static void
what_hides_the_type_counts_only_with_the_state(void **state)
{
	struct inside inside = {.fstype = "auto"};

	(void)state;
	disk.found = STATUS_BAD_FILESYSTEM;
	assert_int_equal(check(&inside, open_mapping, 0), STATUS_OK);
	assert_null(inside_fstype(&inside));
	inside.with_state = true;
	assert_int_equal(check(&inside, open_mapping, 0), STATUS_BAD_FILESYSTEM);
}

static void
a_superblock_that_is_damaged_or_unclean_is_told_unless_it_is_mounted(void **state)
{
	struct inside inside = {.fstype = "auto", .with_state = true};

	(void)state;
	disk.is_unclean = true;
	assert_int_equal(check(&inside, open_mapping, 1), STATUS_OK);
	assert_int_equal(disk.superblock_reads, 0);
	assert_int_equal(disk.warnings, 0);
	assert_int_equal(check(&inside, open_mapping, 0), STATUS_OK);
	assert_int_equal(disk.warnings, 1);
	disk.superblock = STATUS_BAD_FILESYSTEM;
	assert_int_equal(check(&inside, open_mapping, 0), STATUS_BAD_FILESYSTEM);
}

static void
a_mapping_that_would_not_answer_is_not_read(void **state)
{
	struct inside inside = {.fstype = "auto", .with_state = true};
	struct view none = {0};
	struct dm_device suspended = open_mapping, bare = open_mapping, dead = open_mapping;

	(void)state;
	suspended.is_suspended = true;
	bare.has_table = false;
	dead.slave = DM_SLAVE_DEAD;
	inside_note(&inside, &none);
	assert_int_equal(check(&inside, suspended, 0), STATUS_OK);
	assert_int_equal(check(&inside, bare, 0), STATUS_OK);
	assert_int_equal(check(&inside, dead, 0), STATUS_OK);
	assert_int_equal(disk.reads, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_type_is_seen_where_it_is_not_asked_for, begin),
		cmocka_unit_test_setup(a_type_that_is_asked_for_is_read_only_with_the_state, begin),
		cmocka_unit_test_setup(what_hides_the_type_counts_only_with_the_state, begin),
		cmocka_unit_test_setup(
			a_superblock_that_is_damaged_or_unclean_is_told_unless_it_is_mounted,
			begin),
		cmocka_unit_test_setup(a_mapping_that_would_not_answer_is_not_read, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

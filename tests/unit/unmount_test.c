/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unmounting in one namespace, with a mountinfo and a kernel that the test plays: what goes, in
 * which order, and that no stranger's mount is hit in place of ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fake_tree.h"
#include "volume/unmount.h"

#define MOUNTS_MOST 8
#define LIST "proc/self/mountinfo"

static struct {
	const char *lines[MOUNTS_MOST]; /* of mountinfo; NULL: unmounted */
	const char *busy;               /* this directory cannot be unmounted */
	const char *hidden;             /* what lies at this path is mount 99 */
	const char *dead;               /* this directory cannot be looked at: EIO */
	char order[400];                /* the directories that were unmounted */
} played;

static void
mountinfo_write(void)
{
	char text[1000] = "21 1 0:20 / / rw,relatime - tmpfs tmpfs rw\n";

	for (size_t i = 0; i < MOUNTS_MOST; i++) {
		if (played.lines[i] != NULL)
			strcat(strcat(text, played.lines[i]), "\n");
	}
	fake_file(LIST, text);
}

/* The place of the topmost mount on that directory, or -1. */
static int
line_on(const char *directory)
{
	int found = -1;

	for (int i = 0; i < MOUNTS_MOST; i++) {
		char there[64];

		if (played.lines[i] != NULL &&
			sscanf(played.lines[i], "%*d %*d %*s %*s %63s", there) == 1 &&
			strcmp(there, directory) == 0)
			found = i;
	}
	return found;
}

int __wrap_umount2(const char *directory, int flags);
int __wrap_statx(int fd, const char *path, int flags, unsigned int mask, struct statx *seen);

int
__wrap_umount2(const char *directory, int flags)
{
	int line = line_on(directory);

	assert_int_equal(flags, UMOUNT_NOFOLLOW);
	assert_true(line >= 0);
	if (played.busy != NULL && strcmp(played.busy, directory) == 0) {
		errno = EBUSY;
		return -1;
	}
	strcat(strcat(played.order, directory), " ");
	played.lines[line] = NULL;
	mountinfo_write();
	return 0;
}

int
__wrap_statx(int fd, const char *path, int flags, unsigned int mask, struct statx *seen)
{
	int line = line_on(path), id = 99;

	(void)fd;
	(void)mask;
	assert_true((flags & AT_SYMLINK_NOFOLLOW) != 0);
	if (played.dead != NULL && strcmp(played.dead, path) == 0) {
		errno = EIO;
		return -1;
	}
	if (line < 0) {
		errno = ENOENT;
		return -1;
	}
	if (played.hidden == NULL || strcmp(played.hidden, path) != 0)
		assert_int_equal(sscanf(played.lines[line], "%d", &id), 1);
	memset(seen, 0, sizeof(*seen));
	seen->stx_mask = STATX_MNT_ID;
	seen->stx_mnt_id = (unsigned int)id;
	return 0;
}

static enum status
unmount_ours(const struct id_set *kept, struct reason *reason)
{
	owned_footprint footprint = {.mapping = makedev(254, 0)};
	owned_mount_list list = {0};

	mountinfo_write();
	assert_int_equal(mount_list_read(LIST, footprint.mapping, &list, NULL), STATUS_OK);
	assert_int_equal(footprint_add_mounts(&footprint, &list), STATUS_OK);
	return unmount_all(LIST, &footprint, kept, reason);
}

#define OURS "31 21 254:0 / /srv rw - xfs /dev/mapper/vol rw"
#define BOUND "32 21 254:0 /a /opt rw - xfs /dev/mapper/vol rw"
#define BELOW "33 31 0:40 / /srv/run rw - tmpfs tmpfs rw"
#define STRANGER "34 31 0:41 / /srv rw - tmpfs tmpfs rw"
#define DOUBLED "35 31 254:0 / /srv rw - xfs /dev/mapper/vol rw"

static int
begin(void **state)
{
	memset(&played, 0, sizeof(played));
	return fake_tree_begin(state);
}

static void
without_a_mount_of_ours_nothing_is_touched(void **state)
{
	(void)state;
	played.lines[0] = "34 21 0:41 / /srv rw - tmpfs tmpfs rw";
	assert_int_equal(unmount_ours(NULL, NULL), STATUS_OK);
	assert_string_equal(played.order, "");
}

static void
what_lies_below_goes_first_and_every_bind_goes(void **state)
{
	(void)state;
	played.lines[0] = OURS;
	played.lines[1] = BOUND;
	played.lines[2] = BELOW;
	assert_int_equal(unmount_ours(NULL, NULL), STATUS_OK);
	assert_string_equal(played.order, "/srv/run /opt /srv ");
}

static void
a_mount_over_itself_goes_layer_by_layer(void **state)
{
	(void)state;
	played.lines[0] = OURS;
	played.lines[1] = DOUBLED;
	assert_int_equal(unmount_ours(NULL, NULL), STATUS_OK);
	assert_string_equal(played.order, "/srv /srv ");
}

static void
a_strangers_mount_on_top_stays_and_keeps_ours(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.lines[0] = OURS;
	played.lines[1] = STRANGER;
	assert_int_equal(unmount_ours(NULL, &reason), STATUS_BUSY);
	assert_string_equal(played.order, "");
	assert_non_null(strstr(reason.text, "/srv"));
	assert_non_null(strstr(reason.text, "not ours lies on top"));
}

/* A mount on the way hides the path: umount2 would take a stranger's. */
static void
a_path_that_leads_to_another_mount_is_not_unmounted(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.lines[0] = OURS;
	played.hidden = "/srv";
	assert_int_equal(unmount_ours(NULL, &reason), STATUS_BUSY);
	assert_string_equal(played.order, "");
	assert_non_null(strstr(reason.text, "another mount hides it"));
}

static void
a_dead_filesystem_is_unmounted_though_it_cannot_be_looked_at(void **state)
{
	(void)state;
	played.lines[0] = OURS;
	played.dead = "/srv";
	assert_int_equal(unmount_ours(NULL, NULL), STATUS_OK);
	assert_string_equal(played.order, "/srv ");
}

static void
what_is_busy_is_named_and_the_rest_has_gone(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.lines[0] = OURS;
	played.lines[1] = BOUND;
	played.busy = "/srv";
	assert_int_equal(unmount_ours(NULL, &reason), STATUS_BUSY);
	assert_string_equal(played.order, "/opt ");
	assert_non_null(strstr(reason.text, "/srv cannot be unmounted"));
}

static void
what_start_found_mounted_is_kept(void **state)
{
	owned_id_set kept = {0};

	(void)state;
	played.lines[0] = OURS;
	played.lines[1] = BOUND;
	assert_int_equal(id_set_add(&kept, 31), STATUS_OK);
	assert_int_equal(unmount_ours(&kept, NULL), STATUS_OK);
	assert_string_equal(played.order, "/opt ");
}

static void
a_list_that_cannot_be_read_is_no_success(void **state)
{
	struct footprint footprint = {.mapping = makedev(254, 0)};

	(void)state;
	assert_int_equal(unmount_all("sys", &footprint, NULL, NULL), STATUS_UNREADABLE);
}

#define WITH_TREE(fact) cmocka_unit_test_setup_teardown(fact, begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(without_a_mount_of_ours_nothing_is_touched),
		WITH_TREE(what_lies_below_goes_first_and_every_bind_goes),
		WITH_TREE(a_mount_over_itself_goes_layer_by_layer),
		WITH_TREE(a_strangers_mount_on_top_stays_and_keeps_ours),
		WITH_TREE(a_path_that_leads_to_another_mount_is_not_unmounted),
		WITH_TREE(a_dead_filesystem_is_unmounted_though_it_cannot_be_looked_at),
		WITH_TREE(what_is_busy_is_named_and_the_rest_has_gone),
		WITH_TREE(what_start_found_mounted_is_kept),
		WITH_TREE(a_list_that_cannot_be_read_is_no_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that change a mapping, with a libdevmapper that the test plays: what each error means,
 * and that nobody waits for udev meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <libdevmapper.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "volume/dm_change.h"

/* What the kernel answers, and what was asked of the library. */
static struct {
	int error; /* 0: the request succeeds */
	struct dm_info info;
	const char *uuid;
	int runs, synced_runs, tasks, is_synced;
	bool is_unusable, is_quiet; /* no device-mapper; the library's log was taken in time */
} played;

struct dm_task *__wrap_dm_task_create(int type);
int __wrap_dm_task_set_name(struct dm_task *task, const char *name);
void __wrap_dm_task_destroy(struct dm_task *task);
void __wrap_dm_log_with_errno_init(dm_log_with_errno_fn log);
int __wrap_dm_udev_get_sync_support(void);
void __wrap_dm_udev_set_sync_support(int is_on);
int __wrap_dm_task_run(struct dm_task *task);
int __wrap_dm_task_get_errno(struct dm_task *task);
int __wrap_dm_task_get_info(struct dm_task *task, struct dm_info *info);
const char *__wrap_dm_task_get_uuid(const struct dm_task *task);

/* The library's own asks the kernel for its version first. */
struct dm_task *
__wrap_dm_task_create(int type)
{
	(void)type;
	if (played.is_unusable)
		return NULL;
	played.tasks++;
	return (struct dm_task *)&played;
}

void
__wrap_dm_log_with_errno_init(dm_log_with_errno_fn log)
{
	played.is_quiet = log != NULL && played.tasks == 0;
}

int
__wrap_dm_task_set_name(struct dm_task *task, const char *name)
{
	(void)task;
	return strcmp(name, "vol") == 0;
}

void
__wrap_dm_task_destroy(struct dm_task *task)
{
	(void)task;
	played.tasks--;
}

int
__wrap_dm_udev_get_sync_support(void)
{
	return played.is_synced;
}

void
__wrap_dm_udev_set_sync_support(int is_on)
{
	played.is_synced = is_on;
}

int
__wrap_dm_task_run(struct dm_task *task)
{
	(void)task;
	played.runs++;
	played.synced_runs += played.is_synced;
	return played.error == 0;
}

int
__wrap_dm_task_get_errno(struct dm_task *task)
{
	(void)task;
	return played.error;
}

int
__wrap_dm_task_get_info(struct dm_task *task, struct dm_info *info)
{
	(void)task;
	*info = played.info;
	return 1;
}

const char *
__wrap_dm_task_get_uuid(const struct dm_task *task)
{
	(void)task;
	return played.uuid;
}

static int
begin(void **state)
{
	(void)state;
	memset(&played, 0, sizeof(played));
	return 0;
}

/* Every task was given back. */
static int
end(void **state)
{
	(void)state;
	return played.tasks;
}

/* Its lines would stand on stderr, where only the reason may. */
static void
without_device_mapper_the_library_is_quiet_and_nothing_counts_as_done(void **state)
{
	struct reason reason = {0};
	bool is_it = true;

	(void)state;
	played.is_unusable = true;
	assert_int_equal(mapping_remove("vol", &reason), STATUS_UNREADABLE);
	assert_true(played.is_quiet);
	played.is_quiet = false;
	reason_clear(&reason);
	assert_int_equal(mapping_is_there("vol", "uuid", makedev(254, 0), &is_it, &reason),
		STATUS_UNREADABLE);
	assert_true(played.is_quiet);
	assert_true(is_it);
}

static void
each_error_has_its_status(void **state)
{
	static const struct {
		int error;
		enum status status;
	} rows[] = {
		{ENXIO, STATUS_OK},
		{ENODEV, STATUS_OK},
		{EBUSY, STATUS_BUSY},
		{EAGAIN, STATUS_SUSPENDED},
		{EPERM, STATUS_NOT_ROOT},
		{EACCES, STATUS_NOT_ROOT},
		{ENOMEM, STATUS_NO_MEMORY},
		{EIO, STATUS_UNREADABLE},
		{0, STATUS_UNREADABLE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reason reason = {0};

		assert_int_equal(mapping_error(rows[i].error, "remove", "vol", &reason),
			rows[i].status);
		assert_int_equal(reason.text[0] == '\0', rows[i].status == STATUS_OK);
		assert_true(rows[i].status == STATUS_OK || strstr(reason.text, "vol") != NULL);
	}
}

static void
removing_what_is_gone_already_is_done(void **state)
{
	(void)state;
	played.error = ENXIO;
	assert_int_equal(mapping_remove("vol", NULL), STATUS_OK);
	played.error = EBUSY;
	assert_int_equal(mapping_remove("vol", NULL), STATUS_BUSY);
	played.error = 0;
	assert_int_equal(mapping_remove("vol", NULL), STATUS_OK);
	assert_int_equal(played.runs, 3);
}

static void
a_wiped_key_is_told_from_another_trouble(void **state)
{
	struct reason reason = {0};

	(void)state;
	played.error = EAGAIN;
	assert_int_equal(mapping_resume("vol", &reason), STATUS_SUSPENDED);
	assert_non_null(strstr(reason.text, "luksResume"));
}

/* udev's semaphore has no time limit; an activation that follows needs it again. */
static void
no_request_waits_for_udev_and_the_setting_comes_back(void **state)
{
	(void)state;
	played.is_synced = 1;
	assert_int_equal(mapping_remove("vol", NULL), STATUS_OK);
	played.error = EIO;
	assert_int_equal(mapping_resume("vol", NULL), STATUS_UNREADABLE);
	assert_int_equal(played.runs, 2);
	assert_int_equal(played.synced_runs, 0);
	assert_int_equal(played.is_synced, 1);
	played.is_synced = 0;
	played.error = 0;
	assert_int_equal(mapping_remove("vol", NULL), STATUS_OK);
	assert_int_equal(played.is_synced, 0);
}

static bool
is_there(const char *uuid, dev_t number)
{
	bool is_it = false;

	assert_int_equal(mapping_is_there("vol", uuid, number, &is_it, NULL), STATUS_OK);
	return is_it;
}

static void
a_mapping_is_there_with_its_uuid_and_its_number_alone(void **state)
{
	(void)state;
	played.info = (struct dm_info){.exists = 1, .major = 254, .minor = 3};
	played.uuid = "CRYPT-LUKS2-1-vol";
	assert_true(is_there("CRYPT-LUKS2-1-vol", makedev(254, 3)));
	/* Removed and made anew meanwhile, by somebody else. */
	assert_false(is_there("CRYPT-LUKS2-2-vol", makedev(254, 3)));
	assert_false(is_there("CRYPT-LUKS2-1-vol", makedev(254, 4)));
	assert_false(is_there("CRYPT-LUKS2-1-vol", makedev(253, 3)));
	played.info.exists = 0;
	assert_false(is_there("CRYPT-LUKS2-1-vol", makedev(254, 3)));
}

static void
a_look_that_fails_is_no_absence(void **state)
{
	bool is_it = true;

	(void)state;
	played.error = EPERM;
	assert_int_equal(mapping_is_there("vol", "u", 0, &is_it, NULL), STATUS_NOT_ROOT);
	played.error = EINVAL;
	assert_int_equal(mapping_is_there("vol", "u", 0, &is_it, NULL), STATUS_UNREADABLE);
	assert_true(is_it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			without_device_mapper_the_library_is_quiet_and_nothing_counts_as_done,
			begin, end),
		cmocka_unit_test_setup_teardown(each_error_has_its_status, begin, end),
		cmocka_unit_test_setup_teardown(removing_what_is_gone_already_is_done, begin, end),
		cmocka_unit_test_setup_teardown(a_wiped_key_is_told_from_another_trouble, begin,
			end),
		cmocka_unit_test_setup_teardown(
			no_request_waits_for_udev_and_the_setting_comes_back, begin, end),
		cmocka_unit_test_setup_teardown(
			a_mapping_is_there_with_its_uuid_and_its_number_alone, begin, end),
		cmocka_unit_test_setup_teardown(a_look_that_fails_is_no_absence, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

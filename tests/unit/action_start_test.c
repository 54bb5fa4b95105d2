/* SPDX-License-Identifier: GPL-2.0-or-later */
/* start up to volume_start, which the test plays: what stands in its way, and what is only warned
 * of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actions.h"
#include "base/log.h"
#include "validate.h"
#include "volume/volume.h"

static struct {
	enum status parameters, start;
	bool has_unknown, is_private, has_no_proc, has_no_dropin;
	uid_t uid;
	int starts;
	struct deadline given;
	char warnings[1000];
} played;

enum status
validate_parameters(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason)
{
	(void)call;
	(void)wanted;
	if (played.parameters == STATUS_OK)
		return STATUS_OK;
	return reason_set(reason, played.parameters, "wrong");
}

bool
ocf_unknown_param(char *ret_name, size_t room_bytes)
{
	if (played.has_unknown)
		snprintf(ret_name, room_bytes, "colour");
	return played.has_unknown;
}

enum status
volume_start(const struct wanted *wanted, struct deadline deadline, struct reason *reason)
{
	(void)wanted;
	played.starts++;
	played.given = deadline;
	if (played.start == STATUS_OK)
		return STATUS_OK;
	return reason_set(reason, played.start, "failed");
}

void
log_write(enum log_level level, const char *format, ...)
{
	va_list arguments;
	size_t used = strlen(played.warnings);

	assert_int_equal(level, LOG_LEVEL_WARNING);
	va_start(arguments, format);
	vsnprintf(played.warnings + used, sizeof(played.warnings) - used, format, arguments);
	va_end(arguments);
}

uid_t __wrap_geteuid(void);
int __wrap_stat(const char *path, struct stat *about);
int __wrap_access(const char *path, int mode);

uid_t
__wrap_geteuid(void)
{
	return played.uid;
}

int
__wrap_stat(const char *path, struct stat *about)
{
	if (played.has_no_proc) {
		errno = ENOENT;
		return -1;
	}
	about->st_ino = played.is_private && strstr(path, "self") != NULL ? 2 : 1;
	return 0;
}

int
__wrap_access(const char *path, int mode)
{
	(void)mode;
	if (!played.has_no_dropin && strncmp(path, "/run/", 5) == 0)
		return 0;
	errno = ENOENT;
	return -1;
}

static const struct ocf_call call = {.action = "start",
	.instance = "vol",
	.deadline = {.at_ms = 1000},
	.end = {.at_ms = 2000}};

static int
start(struct reason *reason)
{
	const struct wanted wanted = {.instance = "vol"};

	memset(reason, 0, sizeof(*reason));
	return action_start(&call, &wanted, reason);
}

static int
begin(void **state)
{
	(void)state;
	memset(&played, 0, sizeof(played));
	return 0;
}

static void
a_sound_node_starts_with_all_the_time_there_is(void **state)
{
	struct reason reason;

	(void)state;
	assert_int_equal(start(&reason), OCF_SUCCESS);
	assert_int_equal(played.starts, 1);
	assert_int_equal(played.given.at_ms, call.end.at_ms);
	assert_string_equal(played.warnings, "");
}

static void
a_wrong_parameter_touches_nothing(void **state)
{
	struct reason reason;

	(void)state;
	played.parameters = STATUS_MISSING_PARAMETER;
	assert_int_equal(start(&reason),
		ocf_code_of_failure(STATUS_MISSING_PARAMETER, OCF_DOING_START));
	assert_string_equal(reason.text, "missing-parameter: wrong");
	assert_int_equal(played.starts, 0);
}

static void
only_root_starts(void **state)
{
	struct reason reason;

	(void)state;
	played.uid = 1000;
	assert_int_equal(start(&reason), ocf_code_of_failure(STATUS_NOT_ROOT, OCF_DOING_START));
	assert_int_equal(reason.status, STATUS_NOT_ROOT);
	assert_int_equal(played.starts, 0);
}

static void
no_volume_is_mounted_where_no_service_would_see_it(void **state)
{
	struct reason reason;

	(void)state;
	played.is_private = true;
	assert_int_equal(start(&reason),
		ocf_code_of_failure(STATUS_PRIVATE_NAMESPACE, OCF_DOING_START));
	assert_int_equal(reason.status, STATUS_PRIVATE_NAMESPACE);
	/* That it cannot be seen is no proof that it is one. */
	played.has_no_proc = true;
	assert_int_equal(start(&reason), ocf_code_of_failure(STATUS_UNREADABLE, OCF_DOING_START));
	assert_int_equal(played.starts, 0);
}

static void
an_unknown_parameter_and_a_missing_drop_in_are_only_warned_of(void **state)
{
	struct reason reason;

	(void)state;
	played.has_unknown = true;
	played.has_no_dropin = true;
	assert_int_equal(start(&reason), OCF_SUCCESS);
	assert_int_equal(played.starts, 1);
	assert_non_null(strstr(played.warnings, "colour"));
	assert_non_null(strstr(played.warnings, "resource-agents-deps.target.d/luks-ssm.conf"));
}

static void
a_failed_start_has_the_code_of_its_status(void **state)
{
	struct reason reason;

	(void)state;
	for (unsigned int i = 0; i < STATUS_COUNT; i++) {
		played.start = (enum status)i;
		assert_int_equal(start(&reason),
			ocf_code_of_failure(played.start, OCF_DOING_START));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_sound_node_starts_with_all_the_time_there_is, begin),
		cmocka_unit_test_setup(a_wrong_parameter_touches_nothing, begin),
		cmocka_unit_test_setup(only_root_starts, begin),
		cmocka_unit_test_setup(no_volume_is_mounted_where_no_service_would_see_it, begin),
		cmocka_unit_test_setup(
			an_unknown_parameter_and_a_missing_drop_in_are_only_warned_of, begin),
		cmocka_unit_test_setup(a_failed_start_has_the_code_of_its_status, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

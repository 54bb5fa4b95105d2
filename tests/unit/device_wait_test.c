/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long is waited, for what, and what comes of it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_tree.h"
#include "volume/device_wait.h"

#define SERIAL "vol-0123456789abcdef0"

static const struct params by_serial = {.device = SERIAL, .directory = "/srv/vol"};

static void
disk_make(void)
{
	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	fake_file("sys/devices/nvme1n1/size", "2048\n");
}

static enum status
wait_for(const struct params *params, int64_t wait_ms, struct found_device *found,
	struct reason *reason)
{
	struct wanted wanted;

	wanted_make(params, "vol", &wanted);
	return device_wait(&wanted, wait_ms, deadline_in_ms(5000), found, reason);
}

/* stat(2), but for a file that lies on storage that hangs. */
int
stat(const char *path, struct stat *about)
{
	while (strcmp(path, "hung/header") == 0)
		pause();
	return fstatat(AT_FDCWD, path, about, 0);
}

static void
test_the_parameter_wins_over_the_option_over_the_default(void **state)
{
	struct params params = {.device_wait = 30};

	(void)state;
	assert_int_equal(device_wait_ms(&params), 30000);
	params.options = "nofail,x-systemd.device-timeout=2min";
	assert_int_equal(device_wait_ms(&params), 120000);
	/* What is no time is told and counts for nothing. */
	params.options = "x-systemd.device-timeout=soon";
	assert_int_equal(device_wait_ms(&params), 30000);
	params.options = "x-systemd.device-timeout=2min";
	params.given[PARAM_device_wait] = true;
	assert_int_equal(device_wait_ms(&params), 30000);
}

static void
test_a_device_that_is_there_is_found_with_no_time_to_wait(void **state)
{
	struct found_device found = {0};
	struct reason reason = {0};

	(void)state;
	disk_make();
	assert_int_equal(wait_for(&by_serial, 0, &found, &reason), STATUS_OK);
	assert_true(found.number == makedev(259, 1));
	assert_string_equal(found.header_path, "");
	assert_false(found.is_read_only);
	fake_file("sys/devices/nvme1n1/ro", "1\n");
	assert_int_equal(wait_for(&by_serial, 0, &found, &reason), STATUS_OK);
	assert_true(found.is_read_only);
}

static void
test_a_device_without_a_size_is_not_there_yet(void **state)
{
	struct found_device found = {0};
	struct reason reason = {0};

	(void)state;
	disk_make();
	fake_file("sys/devices/nvme1n1/size", "0\n");
	assert_int_equal(wait_for(&by_serial, 0, &found, &reason), STATUS_NO_DEVICE);
}

static void
test_a_device_that_comes_late_is_waited_for(void **state)
{
	struct found_device found = {0};
	struct reason reason = {0};

	(void)state;

	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		usleep(300000);
		disk_make();
		_exit(0);
	}

	int64_t began_ms = clock_now_ms();

	assert_int_equal(wait_for(&by_serial, 4000, &found, &reason), STATUS_OK);
	assert_in_range(clock_now_ms() - began_ms, 250, 3900);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void
test_waiting_ends_with_its_time(void **state)
{
	struct found_device found = {0};
	struct reason reason = {0};
	int64_t began_ms = clock_now_ms();

	(void)state;
	assert_int_equal(wait_for(&by_serial, 300, &found, &reason), STATUS_NO_DEVICE);
	assert_in_range(clock_now_ms() - began_ms, 250, 3000);
	assert_non_null(strstr(reason.text, SERIAL));
}

static void
test_a_missing_detached_header_has_its_own_name(void **state)
{
	struct params detached = by_serial;
	struct found_device found = {0};
	struct reason reason = {0};

	(void)state;
	disk_make();
	detached.header = "etc/header";
	assert_int_equal(wait_for(&detached, 0, &found, &reason), STATUS_NO_HEADER);
	fake_file("etc/header", "LUKS");
	reason_clear(&reason);
	assert_int_equal(wait_for(&detached, 0, &found, &reason), STATUS_OK);
	assert_string_equal(found.header_path, "etc/header");
}

static void
test_a_detached_header_on_storage_that_hangs_holds_nothing_up(void **state)
{
	struct params detached = by_serial;
	struct found_device found = {0};
	struct reason reason = {0};
	struct wanted wanted;
	int64_t began_ms = clock_now_ms();

	(void)state;
	disk_make();
	detached.header = "hung/header";
	wanted_make(&detached, "vol", &wanted);
	alarm(30);
	assert_int_equal(device_wait(&wanted, 0, deadline_in_ms(500), &found, &reason),
		STATUS_TIMED_OUT);
	alarm(0);
	assert_in_range(clock_now_ms() - began_ms, 400, 10000);
	assert_non_null(strstr(reason.text, "hung/header"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fake_tree_begin, fake_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_parameter_wins_over_the_option_over_the_default),
		CASE(test_a_device_that_is_there_is_found_with_no_time_to_wait),
		CASE(test_a_device_without_a_size_is_not_there_yet),
		CASE(test_a_device_that_comes_late_is_waited_for),
		CASE(test_waiting_ends_with_its_time),
		CASE(test_a_missing_detached_header_has_its_own_name),
		CASE(test_a_detached_header_on_storage_that_hangs_holds_nothing_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

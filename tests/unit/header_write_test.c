/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A header comes onto its device whole, byte for byte, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/header_write.h"

#define HEADER_BYTES (2 << 20)
#define DEVICE_BYTES (HEADER_BYTES + 8192)

static char device_path[] = "/tmp/luks-ssm-header-write-XXXXXX";

/* Every byte tells where it stands, and whose it is. */
static char
byte_at(size_t at, char whose)
{
	return (char)(whose ^ (char)(at >> 12) ^ (char)at);
}

static int
filled_fd(int fd, size_t length_bytes, char whose)
{
	owned_text text = malloc(length_bytes);

	assert_non_null(text);
	for (size_t i = 0; i < length_bytes; i++)
		text[i] = byte_at(i, whose);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, length_bytes, 0), length_bytes);
	return fd;
}

static int
device_make(size_t length_bytes)
{
	return filled_fd(open(device_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600),
		length_bytes, 'd');
}

static int
header_make(void)
{
	return filled_fd(memfd_create("header", MFD_CLOEXEC), HEADER_BYTES, 'h');
}

static enum status
header_put(const char *path, int header_fd, struct reason *reason)
{
	owned_fd device_fd = -1;
	enum status status = header_device_open(path, HEADER_BYTES, &device_fd, reason);

	return status == STATUS_OK ? header_write(header_fd, HEADER_BYTES, device_fd, path, reason)
				   : status;
}

/* All of the device's bytes from AT to END are WHOSE. */
static void
assert_bytes_of(int fd, size_t at, size_t end, char whose)
{
	char found[4096];

	for (; at < end; at += sizeof(found)) {
		assert_int_equal(pread(fd, found, sizeof(found), (off_t)at), sizeof(found));
		for (size_t i = 0; i < sizeof(found); i++)
			assert_int_equal(found[i], byte_at(at + i, whose));
	}
}

static void
the_whole_header_is_there_and_nothing_behind_it_has_changed(void **state)
{
	owned_fd device = device_make(DEVICE_BYTES), header = header_make();
	struct reason reason = {0};

	(void)state;
	assert_int_equal(header_put(device_path, header, &reason), STATUS_OK);
	assert_bytes_of(device, 0, HEADER_BYTES, 'h');
	assert_bytes_of(device, HEADER_BYTES, DEVICE_BYTES, 'd');
	assert_int_equal(lseek(device, 0, SEEK_END), DEVICE_BYTES);
}

static void
a_device_without_room_for_data_is_refused_and_unchanged(void **state)
{
	owned_fd device = device_make(HEADER_BYTES), header = header_make();
	struct reason reason = {0};

	(void)state;
	assert_int_equal(header_put(device_path, header, &reason), STATUS_BAD_PARAMETER);
	assert_non_null(strstr(reason.text, "2 MiB"));
	assert_bytes_of(device, 0, HEADER_BYTES, 'd');
}

static void
what_cannot_be_written_behind_leaves_the_beginning_as_it_was(void **state)
{
	owned_fd device = device_make(DEVICE_BYTES), header = header_make();
	struct rlimit before, little = {HEADER_BYTES / 2, HEADER_BYTES / 2};
	struct reason reason = {0};

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(header_put(device_path, header, &reason), STATUS_DEVICE_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(reason.text, "run the same command again"));
	assert_bytes_of(device, 0, HEADER_BYTES / 4, 'd');
}

static void
a_device_that_is_not_there_is_said(void **state)
{
	owned_fd header = header_make();
	struct reason reason = {0};

	(void)state;
	assert_int_equal(header_put("/nowhere/disk", header, &reason), STATUS_NO_DEVICE);
	assert_non_null(strstr(reason.text, "/nowhere/disk"));
}

static int
group_end(void **state)
{
	(void)state;
	return unlink(device_path);
}

static int
group_begin(void **state)
{
	owned_fd fd = mkstemp(device_path);

	(void)state;
	return fd >= 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_header_is_there_and_nothing_behind_it_has_changed),
		cmocka_unit_test(a_device_without_room_for_data_is_refused_and_unchanged),
		cmocka_unit_test(what_cannot_be_written_behind_leaves_the_beginning_as_it_was),
		cmocka_unit_test(a_device_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, group_begin, group_end);
}

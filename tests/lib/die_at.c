/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into a command: its whole process group is killed right before its NUMBERth step, where
 * a step is a write to one device or image, or a change of a mapping. A command that is killed
 * before each step in turn, and after the last one, has been killed everywhere that counts.
 *
 * DIE_PATH: the device. DIE_STEPS: a file for the count, which all processes share; whoever waits
 * reads there how many there were. DIE_AT: the number, 0 for none. DIE_TORN: the first half of that
 * write reaches the device. DIE_SPOIL: nothing is killed, and that write reaches the device with
 * every bit turned, as by a disk that keeps something else than it was given.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_BYTES 512
#define PAGE_BYTES 4096

static unsigned long *steps;
static unsigned long die_at;
static struct stat device;

__attribute__((constructor)) static void
die_prepare(void)
{
	const char *path = getenv("DIE_PATH"), *count = getenv("DIE_STEPS");
	const char *number = getenv("DIE_AT");
	int fd = count != NULL ? open(count, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || path == NULL || stat(path, &device) != 0 ||
		ftruncate(fd, sizeof(*steps)) != 0)
		return;
	void *shared = mmap(NULL, sizeof(*steps), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	close(fd);
	die_at = number != NULL ? strtoul(number, NULL, 10) : 0;
	steps = shared != MAP_FAILED ? shared : NULL;
}

/* Counts a step; true: it is the last one. */
static int
step_is_last(void)
{
	return __atomic_add_fetch(steps, 1, __ATOMIC_SEQ_CST) == die_at;
}

static void
group_kill(void)
{
	kill(0, SIGKILL);
	for (;;)
		pause();
}

static int
fd_is_device(int fd)
{
	struct stat info;

	if (steps == NULL || fstat(fd, &info) != 0)
		return 0;
	return S_ISBLK(info.st_mode) ? S_ISBLK(device.st_mode) && info.st_rdev == device.st_rdev
				     : info.st_dev == device.st_dev && info.st_ino == device.st_ino;
}

/* Whether this is the write to die at; what of it still reaches the device. */
static size_t
write_is_last(int fd, size_t count, size_t *ret_torn)
{
	if (!fd_is_device(fd) || !step_is_last())
		return 0;
	*ret_torn = getenv("DIE_TORN") != NULL ? count / 2 & ~(size_t)(SECTOR_BYTES - 1) : 0;
	return 1;
}

/* A copy of what is to be written, with every bit turned; direct writes want it aligned. */
static unsigned char *
bytes_spoil(const void *bytes, size_t count)
{
	void *spoilt = NULL;

	if (posix_memalign(&spoilt, PAGE_BYTES, count) != 0)
		abort();
	for (size_t i = 0; i < count; i++)
		((unsigned char *)spoilt)[i] = (unsigned char)~((const unsigned char *)bytes)[i];
	return spoilt;
}

ssize_t
write(int fd, const void *bytes, size_t count)
{
	ssize_t (*next)(int, const void *, size_t);
	size_t torn = 0;

	*(void **)&next = dlsym(RTLD_NEXT, "write");
	if (write_is_last(fd, count, &torn)) {
		if (getenv("DIE_SPOIL") != NULL)
			return next(fd, bytes_spoil(bytes, count), count);
		(void)!next(fd, bytes, torn);
		group_kill();
	}
	return next(fd, bytes, count);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	ssize_t (*next)(int, const void *, size_t, off64_t);
	size_t torn = 0;

	*(void **)&next = dlsym(RTLD_NEXT, "pwrite64");
	if (write_is_last(fd, count, &torn)) {
		if (getenv("DIE_SPOIL") != NULL)
			return next(fd, bytes_spoil(bytes, count), count, at);
		(void)!next(fd, bytes, torn, at);
		group_kill();
	}
	return next(fd, bytes, count, at);
}

ssize_t
pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return pwrite64(fd, bytes, count, at);
}

/* What changes something; the questions do not count. */
static int
request_is_change(unsigned long request)
{
	return request == DM_DEV_CREATE || request == DM_DEV_REMOVE || request == DM_DEV_SUSPEND ||
		request == DM_TABLE_LOAD;
}

int
ioctl(int fd, unsigned long request, ...)
{
	int (*next)(int, unsigned long, void *);
	va_list more;

	*(void **)&next = dlsym(RTLD_NEXT, "ioctl");
	va_start(more, request);
	void *argument = va_arg(more, void *);

	va_end(more);
	if (steps != NULL && request_is_change(request) && step_is_last())
		group_kill();
	return next(fd, request, argument);
}

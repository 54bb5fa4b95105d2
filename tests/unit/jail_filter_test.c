/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each door of the system call filter: shut in the jail, shut by the filter alone while every other
 * right is there, and not shut without it. The arguments are such that a call that gets through
 * does nothing.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail_kit.h"

/* Linux 6.15; the same number everywhere. */
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#define ALL_ONES (~0L)
#define DENIED(call, ...) \
	{ \
#call, SYS_##call, {__VA_ARGS__ }, EPERM \
	}
#define NAMESPACE(flag) \
	{ \
		"clone " #flag, SYS_clone, {(flag) | SIGCHLD}, EPERM \
	}
#define PATH(text) (long)(intptr_t)(text)

struct door {
	const char *name;
	long number;
	long arguments[6];
	int error;
};

static const struct door doors[] = {
	DENIED(mount, 0, 0, 0, 0, 0),
	DENIED(umount2, 0, 0),
	DENIED(open_tree, -1, 0, 0),
	DENIED(open_tree_attr, -1, 0, 0, 0, 0),
	DENIED(move_mount, -1, 0, -1, 0, 0),
	DENIED(fsopen, 0, 0),
	DENIED(fsconfig, -1, 0, 0, 0, 0),
	DENIED(fsmount, -1, 0, 0),
	DENIED(fspick, -1, 0, 0),
	DENIED(mount_setattr, -1, 0, 0, 0, 0),
	DENIED(chroot, 0),
	DENIED(pivot_root, 0, 0),
	DENIED(unshare, 0),
	DENIED(setns, -1, 0),
	DENIED(ptrace, PTRACE_PEEKDATA, 0, 0, 0),
	DENIED(process_vm_readv, 0, 0, 0, 0, 0, 0),
	DENIED(process_vm_writev, 0, 0, 0, 0, 0, 0),
	DENIED(process_madvise, -1, 0, 0, 0, 0),
	DENIED(pidfd_getfd, -1, 0, 0),
	DENIED(kcmp, 0, 0, 0, 0, 0),
	DENIED(bpf, ALL_ONES, 0, 0),
	DENIED(perf_event_open, 0, 0, -1, -1, 0),
	DENIED(userfaultfd, ALL_ONES),
	DENIED(io_uring_setup, 0, 0),
	DENIED(io_uring_enter, -1, 0, 0, 0, 0, 0),
	DENIED(io_uring_register, -1, 0, 0, 0),
	DENIED(keyctl, ALL_ONES, 0, 0, 0, 0),
	DENIED(add_key, 0, 0, 0, 0, 0),
	DENIED(request_key, 0, 0, 0, 0),
	DENIED(execve, 0, 0, 0),
	DENIED(execveat, -1, 0, 0, 0, 0),
	DENIED(init_module, 0, 0, 0),
	DENIED(finit_module, -1, 0, 0),
	DENIED(delete_module, 0, 0),
	DENIED(kexec_load, 0, ALL_ONES, 0, ALL_ONES),
	DENIED(kexec_file_load, -1, -1, 0, 0, ALL_ONES),
	DENIED(reboot, 0, 0, 0, 0),
	DENIED(swapon, 0, ALL_ONES),
	DENIED(swapoff, 0),
#ifdef SYS_creat
	DENIED(creat, 0, 0),
	DENIED(mknod, 0, 0, 0),
	{"open for writing", SYS_open, {PATH("/dev/null"), O_WRONLY}, EPERM},
	{"open for reading and writing", SYS_open, {PATH("/dev/null"), O_RDWR}, EPERM},
#endif
	DENIED(mknodat, -1, 0, 0, 0),
	DENIED(truncate, 0, 0),
	DENIED(open_by_handle_at, -1, 0, 0),
	NAMESPACE(CLONE_NEWNS),
	NAMESPACE(CLONE_NEWCGROUP),
	NAMESPACE(CLONE_NEWUTS),
	NAMESPACE(CLONE_NEWIPC),
	NAMESPACE(CLONE_NEWUSER),
	NAMESPACE(CLONE_NEWPID),
	NAMESPACE(CLONE_NEWNET),
	{"clone3", SYS_clone3, {0, 0}, ENOSYS},
	{"openat for writing", SYS_openat, {AT_FDCWD, PATH("/dev/null"), O_WRONLY}, EPERM},
	{"openat for both", SYS_openat, {AT_FDCWD, PATH("/dev/null"), O_RDWR}, EPERM},
	{"openat creating", SYS_openat, {AT_FDCWD, PATH(""), O_CREAT, 0600}, EPERM},
	{"openat truncating", SYS_openat, {AT_FDCWD, PATH(""), O_TRUNC}, EPERM},
	{"openat of a nameless file", SYS_openat, {AT_FDCWD, PATH(""), O_TMPFILE | O_RDWR}, EPERM},
	{"openat2", SYS_openat2, {-1, 0, 0, 0}, ENOSYS},
};

#define DOORS (sizeof(doors) / sizeof(doors[0]))

/* The errno of the call, 0 for success. A child that clone made ends at once. */
static int
door_try(const void *context)
{
	const struct door *door = context;
	const long *with = door->arguments;
	long result = syscall(door->number, with[0], with[1], with[2], with[3], with[4], with[5]);

	if (result == 0 && door->number == SYS_clone)
		_exit(0);
	return result < 0 ? errno : 0;
}

static void
the_door_is_shut_and_the_filter_shuts_it(void **state)
{
	const struct door *door = *state;
	int outside = work_free(door_try, door);

	assert_int_equal(work_filtered(door_try, door), door->error);
	assert_int_equal(work_jailed(door_try, door), door->error);
	if (outside == door->error && geteuid() == 0)
		print_message("%s: refused here without the filter, too\n", door->name);
	/* What the kernel asks no right for must tell the two apart everywhere. */
	if (door->error == ENOSYS || strncmp(door->name, "open", 4) == 0)
		assert_int_not_equal(outside, door->error);
}

/* As root of the machine nearly every call gets through to its arguments: that is the proof. */
static void
it_is_the_filter_that_refuses(void **state)
{
	size_t told_apart = 0;

	(void)state;
	for (size_t i = 0; i < DOORS; i++)
		told_apart += work_free(door_try, &doors[i]) != doors[i].error;
	print_message("%zu of %zu calls are refused by the filter alone\n", told_apart, DOORS);
	assert_true(told_apart >= (geteuid() == 0 ? DOORS - 4 : DOORS / 2));
}

static void
every_denied_call_has_a_door(void **state)
{
	static const char *const names[] = {
#define JAIL_CALL(name, number) #name,
#include "aws/jail_calls.def"
#undef JAIL_CALL
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool found = strcmp(names[i], "umount") == 0; /* no call of 64-bit machines */

		for (size_t k = 0; k < DOORS; k++)
			found = found || strcmp(names[i], doors[k].name) == 0;
		if (!found)
			fail_msg("%s has no door", names[i]);
	}
}

static void *
thread_work(void *context)
{
	return context;
}

static int
threads_work(const void *context)
{
	pthread_t thread;
	void *result = NULL;
	char mark;

	(void)context;
	return pthread_create(&thread, NULL, thread_work, &mark) == 0 &&
			pthread_join(thread, &result) == 0 && result == &mark
		? 0
		: 1;
}

static void
threads_start_and_end_in_the_jail(void **state)
{
	(void)state;
	assert_int_equal(work_jailed(threads_work, NULL), 0);
}

#ifdef __x86_64__
static int
x32_call(const void *context)
{
	(void)context;
	syscall(0x40000000L | SYS_getpid);
	return 0;
}

static int
i386_call(const void *context)
{
	long result = 20; /* getpid */

	(void)context;
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	return 0;
}

static void
a_call_of_another_architecture_ends_the_process(void **state)
{
	int i386_end = work_jailed(i386_call, NULL);

	(void)state;
	assert_int_equal(work_jailed(x32_call, NULL), 128 + SIGSYS);
	/* A kernel without 32-bit programs has not even the gate. */
	assert_true(i386_end == 128 + SIGSYS || i386_end == 128 + SIGSEGV);
	assert_int_equal(work_free(x32_call, NULL), 0);
}
#endif

int
main(void)
{
	struct CMUnitTest tests[DOORS + 4] = {
		cmocka_unit_test(every_denied_call_has_a_door),
		cmocka_unit_test(it_is_the_filter_that_refuses),
		cmocka_unit_test(threads_start_and_end_in_the_jail),
#ifdef __x86_64__
		cmocka_unit_test(a_call_of_another_architecture_ends_the_process),
#endif
	};
	size_t count = 0;

#ifdef WITH_SANITIZERS
	return 77; /* Such a build has no filter. */
#endif
	while (tests[count].name != NULL)
		count++;
	for (size_t i = 0; i < DOORS; i++)
		tests[count++] = (struct CMUnitTest){.name = doors[i].name,
			.test_func = the_door_is_shut_and_the_filter_shuts_it,
			.initial_state = (void *)(uintptr_t)&doors[i]};
	return _cmocka_run_group_tests("jail_filter", tests, count, NULL, NULL);
}

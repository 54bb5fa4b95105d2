/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The watch over a wait for udev, on a semaphore of its own: it ends the wait of its parent, after
 * the patience and no earlier, and nobody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <libdevmapper.h>
#include <stdio.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "volume/udev_watch.h"

union semaphore_value {
	int val;
};

/* A cookie as libdevmapper makes one, its semaphore raised: udev has not been there. -1: none. */
static int
cookie_make(void)
{
	for (unsigned int low = 1; low < 200; low++) {
		key_t key = (key_t)((unsigned int)DM_COOKIE_MAGIC << 16 |
			((unsigned int)getpid() + low) % 0xffff);
		int semaphore = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);

		if (semaphore < 0 && errno == EEXIST)
			continue;
		if (semaphore >= 0)
			semctl(semaphore, 0, SETVAL, (union semaphore_value){.val = 1});
		return semaphore;
	}
	return -1;
}

/* Waits as libdevmapper does. 0: it was told; 1: nobody did in time. */
static int
cookie_wait(int semaphore, time_t limit_s)
{
	struct sembuf zero = {.sem_op = 0};
	struct timespec limit = {.tv_sec = limit_s};

	return semtimedop(semaphore, &zero, 1, &limit) == 0 ? 0 : 1;
}

/* The library touches the semaphore before it waits: it lowers its own count. */
static void
cookie_touch(int semaphore)
{
	struct sembuf raise = {.sem_op = 1}, lower = {.sem_op = -1};

	semop(semaphore, &raise, 1);
	semop(semaphore, &lower, 1);
}

/* The library's own first asks the kernel whether it knows cookies. */
int __wrap_dm_udev_complete(uint32_t cookie);

int
__wrap_dm_udev_complete(uint32_t cookie)
{
	int semaphore = semget((key_t)cookie, 1, 0);

	return semctl(semaphore, 0, SETVAL, (union semaphore_value){.val = 0}) == 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
a_wait_that_udev_does_not_end_is_ended_after_the_patience(void **state)
{
	struct udev_watch watch = {.patience_ms = 600};
	struct reason reason = {0};
	int semaphore = cookie_make();

	(void)state;
	if (semaphore < 0)
		skip();
	owned_child child = SPAWN_NO_CHILD;

	assert_int_equal(udev_watch_begin(&watch, &child, &reason), STATUS_OK);
	cookie_touch(semaphore);
	int64_t begun_ms = now_ms();
	int told = cookie_wait(semaphore, 20);
	int64_t waited_ms = now_ms() - begun_ms;

	semctl(semaphore, 0, IPC_RMID);
	assert_int_equal(told, 0);
	assert_true(waited_ms >= 550);
}

static void
the_wait_of_another_process_is_left_alone(void **state)
{
	struct udev_watch watch = {.patience_ms = 100};
	int semaphore = cookie_make(), status = 0;

	(void)state;
	if (semaphore < 0)
		skip();
	owned_child child = SPAWN_NO_CHILD;

	assert_int_equal(udev_watch_begin(&watch, &child, NULL), STATUS_OK);
	pid_t pid = fork();

	if (pid == 0) {
		cookie_touch(semaphore);
		_exit(cookie_wait(semaphore, 1));
	}
	pid_t ended = waitpid(pid, &status, 0);

	semctl(semaphore, 0, IPC_RMID);
	assert_int_equal(ended, pid);
	assert_int_equal(WEXITSTATUS(status), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_that_udev_does_not_end_is_ended_after_the_patience),
		cmocka_unit_test(the_wait_of_another_process_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

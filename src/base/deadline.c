/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines on CLOCK_MONOTONIC. */
#include "base/deadline.h"

#include <limits.h>
#include <time.h>

int64_t
clock_now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline
deadline_in_ms(int64_t left_ms)
{
	return (struct deadline){.at_ms = clock_now_ms() + (left_ms > 0 ? left_ms : 0)};
}

int64_t
deadline_left_ms(struct deadline deadline)
{
	int64_t left_ms = deadline.at_ms - clock_now_ms();

	return left_ms > 0 ? left_ms : 0;
}

int
deadline_poll_ms(struct deadline deadline)
{
	int64_t left_ms = deadline_left_ms(deadline);

	return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

bool
deadline_passed(struct deadline deadline)
{
	return deadline_left_ms(deadline) == 0;
}

struct deadline
deadline_sooner(struct deadline a, struct deadline b)
{
	return a.at_ms < b.at_ms ? a : b;
}

bool
deadline_pause_ms(struct deadline deadline, int64_t pause_ms)
{
	int64_t left_ms = deadline_left_ms(deadline);
	int64_t sleep_ms = pause_ms < left_ms ? pause_ms : left_ms;
	struct timespec pause = {.tv_sec = sleep_ms / 1000, .tv_nsec = (sleep_ms % 1000) * 1000000};

	/* A signal may cut the sleep short: every caller looks again in a loop. */
	nanosleep(&pause, NULL);
	return !deadline_passed(deadline);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jitter. */
#include "base/pause.h"

#include <sys/random.h>

int64_t
pause_random_ms(unsigned int try, int64_t first_ms, int64_t limit_ms)
{
	uint32_t random = 0;
	int64_t most_ms = limit_ms;

	if (try < 16 && first_ms << try < limit_ms)
		most_ms = first_ms << try;
	/* Without randomness the full time is as good as any. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		return most_ms;
	return (int64_t)random * most_ms / UINT32_MAX;
}

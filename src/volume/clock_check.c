/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock, held against the age of this program and against what the kernel says of it. */
#include "volume/clock_check.h"

#include <stdint.h>
#include <sys/timex.h>
#include <time.h>

#include "base/log.h"

/* 2024-01-01 00:00:00 UTC: no copy of this program is older. A dead battery gives 1970 or 2000. */
#define CLOCK_OLDEST_S INT64_C(1704067200)

void
clock_check(void)
{
	struct timex about = {0};
	int64_t now_s = time(NULL);

	if (now_s < CLOCK_OLDEST_S)
		log_warning("this node's clock stands before 2024 (%lld s since 1970), and AWS "
			    "refuses what it signs; set it, see timedatectl",
			(long long)now_s);
	else if (adjtimex(&about) == TIME_ERROR && (about.status & STA_UNSYNC) != 0)
		log_notice("nothing keeps this node's clock (adjtimex: unsynchronised), and AWS "
			   "refuses what is signed minutes off; see timedatectl");
}

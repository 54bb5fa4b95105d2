/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock, held against the age of this program and against what the kernel says of it. */
#include "volume/clock_check.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/timex.h>
#include <time.h>

#include "base/log.h"

/* 2024-01-01 00:00:00 UTC: no copy of this program is older. A dead battery gives 1970 or 2000. */
#define CLOCK_OLDEST_S INT64_C(1704067200)

enum clock_trust
clock_look(size_t room_bytes, char *ret_text)
{
	struct timex about = {0};
	int64_t now_s = time(NULL);

	if (now_s < CLOCK_OLDEST_S) {
		snprintf(ret_text, room_bytes,
			"this node's clock stands before 2024 (%lld s since 1970), and AWS "
			"refuses what it signs; set it, see timedatectl",
			(long long)now_s);
		return CLOCK_WRONG;
	}
	if (adjtimex(&about) == TIME_ERROR && (about.status & STA_UNSYNC) != 0) {
		snprintf(ret_text, room_bytes,
			"nothing keeps this node's clock (adjtimex: unsynchronised), and AWS "
			"refuses what is signed minutes off; see timedatectl");
		return CLOCK_UNKEPT;
	}
	snprintf(ret_text, room_bytes, "after 2024, and the kernel knows of nothing against it");
	return CLOCK_GOOD;
}

void
clock_check(void)
{
	char text[200];
	enum clock_trust trust = clock_look(sizeof(text), text);

	if (trust == CLOCK_WRONG)
		log_warning("%s", text);
	else if (trust == CLOCK_UNKEPT)
		log_notice("%s", text);
}

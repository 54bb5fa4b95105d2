/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The classes of transient trouble, and how long to wait before the next try. */
#include "aws/retry.h"

#include "base/pause.h"

/* Less than this is no time for a TLS handshake and an answer. */
#define SHORTEST_TRY_MS 300
/* The longest pause, whatever the other side asks for. */
#define PAUSE_MOST_MS 20000
#define SHARE_LEAST_MS 2000
#define SHARE_MOST_MS 10000

bool
retry_helps(enum status status)
{
	switch (status) {
	case STATUS_THROTTLED:
	case STATUS_SERVICE_TROUBLE:
	case STATUS_UNREACHABLE:
	case STATUS_BAD_REPLY:
	case STATUS_CERTIFICATE_TIME:
		return true;
	default:
		return false;
	}
}

int64_t
retry_next_ms(enum status status, unsigned int try, int64_t asked_ms, int64_t left_ms)
{
	/* A throttled account needs longer pauses than a lost packet. */
	int64_t pause_ms = status == STATUS_THROTTLED ? pause_random_ms(try, 1000, PAUSE_MOST_MS)
						      : pause_random_ms(try, 200, 5000);

	if (asked_ms > PAUSE_MOST_MS)
		asked_ms = PAUSE_MOST_MS;
	if (pause_ms < asked_ms)
		pause_ms = asked_ms;
	if (pause_ms > left_ms - SHORTEST_TRY_MS)
		pause_ms = (left_ms - SHORTEST_TRY_MS) / 2;
	return pause_ms > 0 ? pause_ms : 0;
}

bool
retry_wait(enum status status, unsigned int try, int64_t asked_ms, struct deadline deadline)
{
	int64_t left_ms = deadline_left_ms(deadline);

	if (left_ms < SHORTEST_TRY_MS)
		return false;
	/* On a busy node a pause may take longer than it should. */
	return deadline_pause_ms(deadline, retry_next_ms(status, try, asked_ms, left_ms)) &&
		deadline_left_ms(deadline) >= SHORTEST_TRY_MS / 3;
}

bool
retry_elsewhere(enum status status, long http_status)
{
	switch (status) {
	case STATUS_THROTTLED:
	case STATUS_SERVICE_TROUBLE:
	case STATUS_UNREACHABLE:
		return true;
	case STATUS_BAD_REPLY:
		/* Cut off or not AWS's: the transport's trouble, unless it was a refusal. */
		return http_status < 400 || http_status >= 500;
	default:
		return false;
	}
}

struct deadline
retry_share(struct deadline deadline)
{
	int64_t share_ms = deadline_left_ms(deadline) / 2;

	if (share_ms > SHARE_MOST_MS)
		share_ms = SHARE_MOST_MS;
	if (share_ms < SHARE_LEAST_MS)
		share_ms = SHARE_LEAST_MS;
	return deadline_sooner(deadline, deadline_in_ms(share_ms));
}

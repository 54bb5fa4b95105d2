/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When to try again and how long to wait before. Source: botocore's standard retry mode. */
#ifndef LUKS_SSM_AWS_RETRY_H
#define LUKS_SSM_AWS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/status.h"

/* Whether the same request may succeed a little later. */
bool retry_helps(enum status status);

/*
 * How long to wait before the next try: jitter, or as long as the other side asked for (ASKED_MS,
 * from Retry-After, at most twenty seconds); no longer than leaves time for a try within LEFT_MS.
 */
int64_t retry_next_ms(enum status status, unsigned int try, int64_t asked_ms, int64_t left_ms);

/* Waits so long. Returns false, at once, when there is no time for another try. */
bool retry_wait(enum status status, unsigned int try, int64_t asked_ms, struct deadline deadline);

/*
 * Whether the next region of a list may do better: after trouble of the transport, 5xx and
 * throttling, never after any other 4xx answer. HTTP_STATUS 0: no answer came.
 */
bool retry_elsewhere(enum status status, long http_status);

/*
 * The deadline of one try: half of what is left, between two and ten seconds, never beyond
 * DEADLINE.
 */
struct deadline retry_share(struct deadline deadline);

#endif

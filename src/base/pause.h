/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long to wait between two tries: full jitter, so that the nodes of a failed-over cluster do
 * not come in step. Source: AWS Architecture Blog, «Exponential Backoff and Jitter».
 */
#ifndef LUKS_SSM_BASE_PAUSE_H
#define LUKS_SSM_BASE_PAUSE_H

#include <stdint.h>

/* A random time from 0 to FIRST_MS * 2^TRY, at most LIMIT_MS. */
int64_t pause_random_ms(unsigned int try, int64_t first_ms, int64_t limit_ms);

#endif

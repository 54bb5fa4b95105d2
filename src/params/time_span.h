/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spans of time in mount options, in systemd's notation (systemd.time(7)). Looks at text alone;
 * shared by the check of the options and by what waits so long.
 */
#ifndef LUKS_SSM_PARAMS_TIME_SPAN_H
#define LUKS_SSM_PARAMS_TIME_SPAN_H

#include <stdint.h>

/*
 * "1min 30s", from TEXT up to END, in milliseconds; a bare number is seconds. -1 when it is not a
 * time. Longer than a week, or "infinity", counts as a week.
 */
int64_t time_span_parse_ms(const char *text, const char *end);

#endif

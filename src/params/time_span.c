/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A span of time as systemd writes it: numbers and units, one after the other. */
#include "params/time_span.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* systemd.time(7)'s units, as far as anybody waits for a device; a bare number is seconds. */
static const struct time_unit {
	const char *name;
	int64_t unit_ms;
} time_units[] = {{"", 1000}, {"ms", 1}, {"msec", 1}, {"s", 1000}, {"sec", 1000}, {"second", 1000},
	{"seconds", 1000}, {"m", 60000}, {"min", 60000}, {"minute", 60000}, {"minutes", 60000},
	{"h", 3600000}, {"hr", 3600000}, {"hour", 3600000}, {"hours", 3600000}, {NULL, 0}};

/* Milliseconds of a unit, or -1. */
static int64_t
time_unit_ms(const char *name, size_t length)
{
	for (size_t i = 0; time_units[i].name != NULL; i++) {
		if (strlen(time_units[i].name) == length &&
			memcmp(time_units[i].name, name, length) == 0)
			return time_units[i].unit_ms;
	}
	return -1;
}

int64_t
time_span_parse_ms(const char *text, const char *end)
{
	const int64_t most_ms = INT64_C(7) * 24 * 3600 * 1000;
	int64_t sum_ms = 0;

	if (text == end)
		return -1;
	if ((size_t)(end - text) == strlen("infinity") &&
		memcmp(text, "infinity", strlen("infinity")) == 0)
		return most_ms;
	while (text < end) {
		if (!isdigit((unsigned char)*text))
			return -1;

		char *unit;
		unsigned long long count = strtoull(text, &unit, 10);
		const char *unit_end = unit;

		while (unit_end < end && isalpha((unsigned char)*unit_end))
			unit_end++;

		int64_t unit_ms = time_unit_ms(unit, (size_t)(unit_end - unit));

		if (unit_ms < 0)
			return -1;
		sum_ms = count < (unsigned long long)(most_ms / unit_ms)
			? sum_ms + (int64_t)count * unit_ms
			: most_ms;
		for (text = unit_end; text < end && *text == ' ';)
			text++;
	}
	return sum_ms < most_ms ? sum_ms : most_ms;
}

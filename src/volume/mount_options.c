/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab's words to libmount's: a list of commas in, a list of commas out. */
#include "volume/mount_options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "params/params_check.h"

/*
 * Words for fstab's readers that say nothing about the mount itself. nofail would make libmount
 * call a missing source a success; rw and ro are said by read_only. The rest of fstab's words
 * (user, X-mount.*) is libmount's to understand.
 */
static const char *const silent_words[] = {"auto", "comment", "defaults", "noauto", "nofail", "ro",
	"rw", NULL};

/*
 * Options that some kernel took out after they had become the only behaviour: dropping them changes
 * nothing, while handing them on fails the mount.
 */
static const struct removed_word {
	const char *fstype;
	const char *word;
} removed_words[] = {{"xfs", "attr2"}, {"xfs", "noattr2"}, {"xfs", "barrier"}, {"xfs", "nobarrier"},
	{"xfs", "delaylog"}, {NULL, NULL}};

/* Whether the word of LENGTH bytes at TEXT, up to its '=', is NAME. */
static bool
word_is(const char *text, size_t length, const char *name)
{
	const char *equals = memchr(text, '=', length);
	size_t key_length = equals != NULL ? (size_t)(equals - text) : length;

	return strlen(name) == key_length && memcmp(text, name, key_length) == 0;
}

static bool
word_is_silent(const char *text, size_t length)
{
	if (strncmp(text, "x-systemd.", strlen("x-systemd.")) == 0)
		return true;
	for (size_t i = 0; silent_words[i] != NULL; i++) {
		if (word_is(text, length, silent_words[i]))
			return true;
	}
	return false;
}

static bool
word_is_removed(const char *text, size_t length, const char *fstype)
{
	for (size_t i = 0; fstype != NULL && removed_words[i].word != NULL; i++) {
		if (strcmp(removed_words[i].fstype, fstype) == 0 &&
			word_is(text, length, removed_words[i].word))
			return true;
	}
	return false;
}

/* LIST has room for whatever is taken from the text it is made of. */
static void
list_add(char *list, const char *text, size_t length)
{
	size_t used = strlen(list);

	if (used > 0)
		list[used++] = ',';
	memcpy(list + used, text, length);
	list[used + length] = '\0';
}

enum status
mount_options_make(const char *options, const char *fstype, bool read_only, char **ret_options,
	char **ret_dropped)
{
	const char *rest = options != NULL ? options : "";
	size_t room = strlen(rest) + sizeof("rw,");
	owned_text kept = calloc(1, room);
	owned_text dropped = calloc(1, room);

	if (kept == NULL || dropped == NULL)
		return STATUS_NO_MEMORY;
	list_add(kept, read_only ? "ro" : "rw", 2);

	const char *word;

	for (size_t length; (length = option_list_next(&rest, &word)) > 0;) {
		if (word_is_silent(word, length))
			continue;
		list_add(word_is_removed(word, length, fstype) ? dropped : kept, word, length);
	}
	*ret_options = steal(kept);
	*ret_dropped = steal(dropped);
	return STATUS_OK;
}

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

/* "1min 30s" in ms, up to END; -1 when it is not a time. Longer than a week counts as a week. */
static int64_t
time_parse_ms(const char *text, const char *end)
{
	const int64_t most_ms = INT64_C(7) * 24 * 3600 * 1000;
	int64_t sum_ms = 0;

	if (text == end)
		return -1;
	if (word_is(text, (size_t)(end - text), "infinity"))
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

int64_t
mount_options_device_timeout_ms(const char *options)
{
	static const char name[] = "x-systemd.device-timeout";

	const char *rest = options != NULL ? options : "";
	const char *word;

	for (size_t length; (length = option_list_next(&rest, &word)) > 0;) {
		if (word_is(word, length, name) && length >= sizeof(name))
			return time_parse_ms(word + sizeof(name), word + length);
	}
	return -1;
}

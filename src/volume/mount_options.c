/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab's words to libmount's: a list of commas in, a list of commas out. */
#include "volume/mount_options.h"

#include <stdlib.h>
#include <string.h>

#include "params/params_check.h"
#include "params/time_span.h"

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

int64_t
mount_options_device_timeout_ms(const char *options)
{
	static const char name[] = "x-systemd.device-timeout";

	const char *rest = options != NULL ? options : "";
	const char *word;

	for (size_t length; (length = option_list_next(&rest, &word)) > 0;) {
		if (word_is(word, length, name) && length >= sizeof(name))
			return time_span_parse_ms(word + sizeof(name), word + length);
	}
	return -1;
}

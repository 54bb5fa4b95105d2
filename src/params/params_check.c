/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of single values: the device, the mapping, the filesystem and the signals. Looks at text
 * alone, never at the host, so that a value is right or wrong on every node alike.
 */
#include "params/params_check.h"

#include <ctype.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "params/time_span.h"
#include "params/value.h"

enum status
check_word(const char *name, const char *value, struct reason *reason)
{
	for (const char *c = value; *c != '\0'; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return value_reject(reason, name, value,
				"must have no white space or control characters");
	}
	return STATUS_OK;
}

static bool
text_has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if (iscntrl((unsigned char)*text))
			return true;
	}
	return false;
}

/* Whether one component of PATH is exactly WORD. */
static bool
path_has_component(const char *path, const char *word)
{
	size_t length_bytes = strlen(word);

	for (const char *part = path; part != NULL; part = strchr(part, '/')) {
		if (*part == '/')
			part++;
		if (strcspn(part, "/") == length_bytes && strncmp(part, word, length_bytes) == 0)
			return true;
	}
	return false;
}

enum status
check_path(const char *name, const char *value, struct reason *reason)
{
	if (*value != '/')
		return value_reject(reason, name, value, "must be an absolute path");
	if (path_has_component(value, ".."))
		return value_reject(reason, name, value, "must not contain \"..\"");
	if (text_has_control(value))
		return value_reject(reason, name, value, "must have no control characters");
	if (strlen(value) >= PATH_MAX)
		return value_reject(reason, name, value, "is too long for a path");
	return STATUS_OK;
}

enum status
check_directory(const char *name, const char *value, struct reason *reason)
{
	enum status status = check_path(name, value, reason);

	if (status != STATUS_OK)
		return status;
	if (value[1] == '\0')
		return value_reject(reason, name, value, "must not be the root directory");
	if (strstr(value, "//") != NULL || path_has_component(value, "."))
		return value_reject(reason, name, value,
			"must be written without \"//\" and \"/./\"");
	if (value[strlen(value) - 1] == '/')
		return value_reject(reason, name, value,
			"must be written without the slash at its end");
	return STATUS_OK;
}

enum status
check_uuid(const char *name, const char *value, struct reason *reason)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	bool is_uuid = strlen(value) == sizeof(form) - 1;

	for (size_t i = 0; is_uuid && i < sizeof(form) - 1; i++)
		is_uuid = form[i] == 'x' ? isxdigit((unsigned char)value[i]) != 0
					 : value[i] == form[i];
	if (!is_uuid)
		return value_reject(reason, name, value,
			"must be a UUID as cryptsetup luksUUID prints it");
	return STATUS_OK;
}

/* vol- and 8 or 17 hexadecimal digits: the two lengths that EC2 has given out. */
static bool
text_is_volume_id(const char *text)
{
	size_t digits = strspn(text + strlen("vol-"), "0123456789abcdef");

	return text[strlen("vol-") + digits] == '\0' && (digits == 8 || digits == 17);
}

enum status
check_device(const char *name, const char *value, struct reason *reason)
{
	if (strncmp(value, "UUID=", strlen("UUID=")) == 0)
		return check_uuid(name, value + strlen("UUID="), reason);
	if (strncmp(value, "vol-", strlen("vol-")) == 0) {
		if (text_is_volume_id(value))
			return STATUS_OK;
		return value_reject(reason, name, value,
			"must have 8 or 17 hexadecimal digits after vol-");
	}
	if (strncmp(value, "PARTUUID=", strlen("PARTUUID=")) != 0 &&
		strncmp(value, "LABEL=", strlen("LABEL=")) != 0) {
		if (*value != '/')
			return value_reject(reason, name, value,
				"must be a path, UUID=, PARTUUID=, LABEL= or vol-");
		return check_path(name, value, reason);
	}

	const char *tag = strchr(value, '=') + 1;

	if (*tag == '\0' || strpbrk(tag, "\"'/") != NULL || text_has_control(tag))
		return value_reject(reason, name, value, "must have a plain value after the \"=\"");
	return STATUS_OK;
}

enum status
check_map_name(const char *name, const char *value, struct reason *reason)
{
	/*
	 * libdevmapper/libdm-common.c, _is_whitelisted_char; other bytes would be written as \xNN.
	 */
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "#+-.:=@_";

	if (strspn(value, plain) != strlen(value))
		return value_reject(reason, name, value,
			"may have letters, digits and #+-.:=@_ only");
	if (strcmp(value, ".") == 0 || strcmp(value, "..") == 0 || strcmp(value, "control") == 0)
		return value_reject(reason, name, value,
			"is a name that device-mapper keeps for itself");
	if (strlen(value) > 127)
		return value_reject(reason, name, value, "must have at most 127 characters");
	return STATUS_OK;
}

enum status
check_fstype(const char *name, const char *value, struct reason *reason)
{
	if (strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != strlen(value))
		return value_reject(reason, name, value,
			"must be the name of a filesystem, such as xfs, or auto");
	return STATUS_OK;
}

size_t
option_list_next(const char **cursor, const char **ret_word)
{
	const char *word = *cursor + strspn(*cursor, ",");
	bool is_quoted = false;
	size_t length_bytes = 0;

	for (; word[length_bytes] != '\0' && (is_quoted || word[length_bytes] != ',');
		length_bytes++) {
		if (word[length_bytes] == '"')
			is_quoted = !is_quoted;
	}
	*cursor = word + length_bytes;
	*ret_word = length_bytes > 0 ? word : NULL;
	return length_bytes;
}

static bool
option_is(const char *option, size_t length_bytes, const char *name)
{
	size_t name_bytes = strlen(name);

	return length_bytes >= name_bytes && strncmp(option, name, name_bytes) == 0 &&
		(length_bytes == name_bytes || option[name_bytes] == '=');
}

bool
option_list_has(const char *options, const char *name)
{
	const char *word = NULL;
	size_t length_bytes;

	if (options == NULL)
		return false;
	while ((length_bytes = option_list_next(&options, &word)) > 0) {
		if (option_is(word, length_bytes, name))
			return true;
	}
	return false;
}

/* Whether each x-systemd.device-timeout among OPTIONS is a time: a wrong one would change the wait
 * for the device without a word. */
static bool
device_timeout_is_time(const char *options)
{
	static const char name[] = "x-systemd.device-timeout";
	const char *word = NULL;

	for (size_t length_bytes; (length_bytes = option_list_next(&options, &word)) > 0;) {
		if (!option_is(word, length_bytes, name))
			continue;
		if (length_bytes < sizeof(name) ||
			time_span_parse_ms(word + sizeof(name), word + length_bytes) < 0)
			return false;
	}
	return true;
}

enum status
check_options(const char *name, const char *value, struct reason *reason)
{
	/*
	 * They make another kind of mount, or one that stop could not undo from what the kernel
	 * shows.
	 */
	static const char *const refused[] = {"remount", "bind", "rbind", "move", "loop", "offset",
		"sizelimit", "shared", "rshared", "slave", "rslave", "private", "rprivate",
		"unbindable", "runbindable"};

	if (text_has_control(value) || strchr(value, ' ') != NULL)
		return value_reject(reason, name, value,
			"must have no white space or control characters");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (option_list_has(value, refused[i]))
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"%s: the option \"%s\" is refused; take it out", name, refused[i]);
	}
	if (!device_timeout_is_time(value))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%s: x-systemd.device-timeout is no time; write seconds, or a span such as 1min",
			name);
	return STATUS_OK;
}

/* The number of the signal that the first LENGTH_BYTES of WORD name; -1 for none. */
static int
signal_abbreviated(const char *word, size_t length_bytes)
{
	if (length_bytes > 3 && strncmp(word, "SIG", 3) == 0)
		return signal_abbreviated(word + 3, length_bytes - 3);
	for (int number = 1; number < SIGRTMIN; number++) {
		const char *known = sigabbrev_np(number);

		if (known != NULL && strlen(known) == length_bytes &&
			strncmp(known, word, length_bytes) == 0)
			return number;
	}
	return -1;
}

int
signal_list_next(const char **cursor)
{
	const char *word = *cursor + strspn(*cursor, " ");
	size_t length_bytes = strcspn(word, " ");

	*cursor = word + length_bytes;
	return length_bytes > 0 ? signal_abbreviated(word, length_bytes) : 0;
}

enum status
check_signals(const char *name, const char *value, struct reason *reason)
{
	int number;

	for (const char *cursor = value; (number = signal_list_next(&cursor)) != 0;) {
		if (number < 0)
			return value_reject(reason, name, value,
				"must be signal names such as TERM, separated by spaces");
	}
	return STATUS_OK;
}

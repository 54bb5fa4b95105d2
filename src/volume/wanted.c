/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration asks for, from its text alone. */
#include "volume/wanted.h"

#include <ctype.h>
#include <string.h>

#include "params/params_check.h"

bool
luks_uuid_parse(const char *text, char ret_uuid[static LUKS_UUID_BYTES])
{
	static const size_t dashes[] = {8, 13, 18, 23};
	char digits[LUKS_UUID_BYTES];
	size_t used = 0, length = strlen(text), next_dash = 0;
	bool has_dashes = length == 36;

	if (!has_dashes && length != 32)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (has_dashes && next_dash < 4 && i == dashes[next_dash]) {
			if (text[i] != '-')
				return false;
			next_dash++;
			continue;
		}
		if (!isxdigit((unsigned char)text[i]))
			return false;
		digits[used++] = (char)tolower((unsigned char)text[i]);
	}
	digits[used] = '\0';
	memcpy(ret_uuid, digits, sizeof(digits));
	return true;
}

bool
map_name_is_plain(const char *name)
{
	return *name != '\0' && check_map_name("map_name", name, NULL) == STATUS_OK;
}

/* The last of ro and rw counts, as for mount(8). */
static bool
options_ask_read_only(const char *options)
{
	const char *cursor = options, *word;
	bool read_only = false;

	for (size_t length = option_list_next(&cursor, &word); word != NULL;
		length = option_list_next(&cursor, &word)) {
		if (length == 2 && (strncmp(word, "ro", 2) == 0 || strncmp(word, "rw", 2) == 0))
			read_only = word[1] == 'o';
	}
	return read_only;
}

static void
pin_take(const struct params *params, char ret_pin[static LUKS_UUID_BYTES])
{
	ret_pin[0] = '\0';
	if (params->luks_uuid != NULL && luks_uuid_parse(params->luks_uuid, ret_pin))
		return;
	if (params->device != NULL && strncmp(params->device, "UUID=", 5) == 0 &&
		luks_uuid_parse(params->device + 5, ret_pin))
		return;
	ret_pin[0] = '\0';
}

void
wanted_make(const struct params *params, const char *instance, struct wanted *ret_wanted)
{
	struct wanted wanted = {.params = params, .instance = instance};

	if (params->map_name != NULL && map_name_is_plain(params->map_name)) {
		wanted.map_name = params->map_name;
		wanted.map_name_given = true;
	} else if (params->map_name == NULL && instance != NULL && map_name_is_plain(instance)) {
		wanted.map_name = instance;
	}
	pin_take(params, wanted.pin);
	wanted.read_only = params->read_only ||
		(params->options != NULL && options_ask_read_only(params->options));
	*ret_wanted = wanted;
}

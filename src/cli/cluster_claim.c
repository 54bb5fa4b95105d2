/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A walk over the tags of the configuration: Pacemaker writes it with libxml2, so every attribute
 * stands in double quotes and no tag is split by anything. Only primitive and nvpair matter.
 */
#include "cli/cluster_claim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"

#define CIB_PATH "/var/lib/pacemaker/cib/cib.xml"
/* More than any cluster's; what is longer is not read on. */
#define CIB_BYTES (32u << 20)
#define VALUE_BYTES 1024

struct claim {
	const struct wanted *wanted;
	char resource[128]; /* the primitive that the walk is in; "" outside */
	bool is_ours;       /* it names the volume */
	bool is_unmanaged;
};

/* Copies the value of attribute NAME of the tag that begins at TAG, its entities resolved. */
static bool
attribute_get(const char *tag, const char *name, char ret_value[static VALUE_BYTES])
{
	static const struct {
		const char *text;
		char letter;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'},
		{"&apos;", '\''}};
	const char *end = tag + strcspn(tag, ">");
	char pattern[32];
	size_t length_bytes = 0;

	snprintf(pattern, sizeof(pattern), " %s=\"", name);
	const char *at = strstr(tag, pattern);

	if (at == NULL || at >= end)
		return false;
	at += strlen(pattern);
	while (*at != '"' && *at != '\0' && length_bytes < VALUE_BYTES - 1) {
		size_t skip = 1;
		char letter = *at;

		for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
			if (strncmp(at, entities[i].text, strlen(entities[i].text)) != 0)
				continue;
			letter = entities[i].letter;
			skip = strlen(entities[i].text);
		}
		ret_value[length_bytes++] = letter;
		at += skip;
	}
	ret_value[length_bytes] = '\0';
	return true;
}

/* Two ways to one disk: by-id here, by-uuid there. */
static bool
device_is_same(const char *first, const char *second)
{
	struct stat a, b;

	return strncmp(first, "/dev/", 5) == 0 && strncmp(second, "/dev/", 5) == 0 &&
		stat(first, &a) == 0 && stat(second, &b) == 0 && S_ISBLK(a.st_mode) &&
		S_ISBLK(b.st_mode) && a.st_rdev == b.st_rdev;
}

static bool
uuid_is_same(const char *value, const char *pin)
{
	char uuid[LUKS_UUID_BYTES];

	if (strncmp(value, "UUID=", 5) == 0)
		value += 5;
	return pin[0] != '\0' && luks_uuid_parse(value, uuid) && strcmp(uuid, pin) == 0;
}

static bool
value_is_ours(const char *value, const struct wanted *wanted)
{
	const struct params *params = wanted->params;
	char mapper[MAP_NAME_BYTES + 16];

	if (params->device != NULL &&
		(strcmp(value, params->device) == 0 || device_is_same(value, params->device)))
		return true;
	if (params->directory != NULL && strcmp(value, params->directory) == 0)
		return true;
	if (uuid_is_same(value, wanted->pin))
		return true;
	if (wanted->map_name == NULL)
		return false;
	snprintf(mapper, sizeof(mapper), "/dev/mapper/%s", wanted->map_name);
	return strcmp(value, mapper) == 0;
}

static void
pair_take(struct claim *claim, const char *tag)
{
	char name[VALUE_BYTES], value[VALUE_BYTES];
	const struct wanted *wanted = claim->wanted;

	if (claim->resource[0] == '\0' || !attribute_get(tag, "name", name) ||
		!attribute_get(tag, "value", value))
		return;
	if (strcmp(name, "is-managed") == 0)
		claim->is_unmanaged = strcmp(value, "false") == 0;
	else if (value_is_ours(value, wanted) ||
		(strcmp(name, "map_name") == 0 && wanted->map_name != NULL &&
			strcmp(value, wanted->map_name) == 0))
		claim->is_ours = true;
}

static enum status
claim_judge(struct claim *claim, struct reason *reason)
{
	bool claims = claim->resource[0] != '\0' && claim->is_ours && !claim->is_unmanaged;

	if (!claims) {
		claim->resource[0] = '\0';
		return STATUS_OK;
	}
	return reason_set(reason, STATUS_CLUSTER_MANAGED,
		"Pacemaker's resource %.60s manages this volume: use pcs resource enable or disable, or unmanage it first; in an emergency --despite-cluster",
		claim->resource);
}

enum status
cluster_claim_find(const char *text, const struct wanted *wanted, struct reason *reason)
{
	struct claim claim = {.wanted = wanted};
	enum status status = STATUS_OK;

	for (const char *tag = strchr(text, '<'); tag != NULL && status == STATUS_OK;
		tag = strchr(tag + 1, '<')) {
		if (strncmp(tag, "<primitive ", 11) == 0) {
			char id[VALUE_BYTES] = "";

			claim = (struct claim){.wanted = wanted};
			/* Without map_name the mapping has the resource's name. */
			if (attribute_get(tag, "id", id))
				snprintf(claim.resource, sizeof(claim.resource), "%.127s", id);
			claim.is_ours = wanted->map_name != NULL &&
				strcmp(id, wanted->map_name) == 0 &&
				attribute_get(tag, "provider", id) && strcmp(id, "luks-ssm") == 0;
		} else if (strncmp(tag, "<nvpair ", 8) == 0) {
			pair_take(&claim, tag);
		} else if (strncmp(tag, "</primitive>", 12) == 0) {
			status = claim_judge(&claim, reason);
		}
	}
	return status;
}

enum status
cluster_claim_check(const struct wanted *wanted, struct reason *reason)
{
	owned_file in = fopen(CIB_PATH, "re");
	owned_text text = NULL;
	size_t length_bytes = 0;

	if (in == NULL && (errno == ENOENT || errno == ENOTDIR))
		return STATUS_OK;
	if (in != NULL)
		text = malloc(CIB_BYTES + 1);
	if (in != NULL && text == NULL)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for " CIB_PATH);
	if (in != NULL)
		length_bytes = fread(text, 1, CIB_BYTES, in);
	if (in == NULL || ferror(in) != 0 || length_bytes == CIB_BYTES)
		return reason_set(reason, STATUS_UNREADABLE,
			CIB_PATH
			": cannot be read: %s; whether the cluster manages this volume is not known; in an emergency --despite-cluster",
			strerror(errno));
	text[length_bytes] = '\0';
	return cluster_claim_find(text, wanted, reason);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two walks over the tags of the configuration: Pacemaker writes it with libxml2, so every
 * attribute stands in double quotes and no tag is split by anything. The first walk finds the
 * templates that name the volume, the second the resources; a group's own settings may stand behind
 * its members.
 */
#include "cli/cluster_claim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "volume/device.h"
#include "volume/sysfs.h"

#define CIB_PATH "/var/lib/pacemaker/cib/cib.xml"
/* More than any cluster's; what is longer is not read on. */
#define CIB_BYTES (32u << 20)
#define VALUE_BYTES 1024

#define ID_BYTES 128
#define TEMPLATES_MAX 32

struct claim {
	const struct wanted *wanted;
	char resource[ID_BYTES]; /* the primitive or template that the walk is in; "" outside */
	bool is_ours;            /* it names the volume */
	bool is_unmanaged;
	bool is_managed; /* by a setting of its own, which wins over its group's */
	bool in_group;
	bool is_group_unmanaged;
	char of_group[ID_BYTES]; /* the member that names the volume; "": none so far */
	char templates[TEMPLATES_MAX][ID_BYTES];
	size_t template_count;
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

/*
 * Many ways to one disk: by-id here, vol-… or UUID= there. What is done to a disk is done to the
 * partitions on it.
 */
static bool
device_is_same(const char *value, const char *ours)
{
	struct device theirs, own;
	char name[DISK_NAME_BYTES];
	dev_t disk;

	if (device_find(value, &theirs, NULL) != STATUS_OK ||
		device_find(ours, &own, NULL) != STATUS_OK)
		return false;
	return theirs.number == own.number ||
		(block_name_of_number(theirs.number, name) &&
			block_disk_of_partition(name, &disk) && disk == own.number);
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

/* "maintenance" and "is-managed" are meta attributes of resources and groups alike. */
static bool
pair_unmanages(const char *name, const char *value)
{
	return (strcmp(name, "is-managed") == 0 && strcmp(value, "false") == 0) ||
		(strcmp(name, "maintenance") == 0 && strcmp(value, "true") == 0);
}

static void
pair_take(struct claim *claim, const char *tag)
{
	char name[VALUE_BYTES], value[VALUE_BYTES];
	const struct wanted *wanted = claim->wanted;

	if (!attribute_get(tag, "name", name) || !attribute_get(tag, "value", value))
		return;
	if (claim->resource[0] == '\0')
		claim->is_group_unmanaged = claim->is_group_unmanaged ||
			(claim->in_group && pair_unmanages(name, value));
	else if (pair_unmanages(name, value))
		claim->is_unmanaged = true;
	else if (strcmp(name, "is-managed") == 0)
		claim->is_managed = true;
	else if (value_is_ours(value, wanted) ||
		(strcmp(name, "map_name") == 0 && wanted->map_name != NULL &&
			strcmp(value, wanted->map_name) == 0))
		claim->is_ours = true;
}

static bool
template_is_ours(const struct claim *claim, const char *id)
{
	for (size_t i = 0; i < claim->template_count; i++) {
		if (strcmp(claim->templates[i], id) == 0)
			return true;
	}
	return false;
}

static void
resource_enter(struct claim *claim, const char *tag)
{
	char value[VALUE_BYTES] = "";

	claim->is_ours = claim->is_unmanaged = claim->is_managed = false;
	claim->resource[0] = '\0';
	if (attribute_get(tag, "template", value))
		claim->is_ours = template_is_ours(claim, value);
	if (!attribute_get(tag, "id", value))
		return;
	snprintf(claim->resource, sizeof(claim->resource), "%.127s", value);
	/* Without map_name the mapping has the resource's name. */
	if (claim->wanted->map_name != NULL && strcmp(value, claim->wanted->map_name) == 0 &&
		attribute_get(tag, "provider", value) && strcmp(value, "luks-ssm") == 0)
		claim->is_ours = true;
}

static enum status
claim_refuse(const char *resource, struct reason *reason)
{
	return reason_set(reason, STATUS_CLUSTER_MANAGED,
		"Pacemaker's resource %.60s manages this volume: use pcs resource enable or disable, or unmanage it first; in an emergency --despite-cluster",
		resource);
}

static enum status
resource_leave(struct claim *claim, struct reason *reason)
{
	enum status status = STATUS_OK;

	if (claim->resource[0] == '\0' || !claim->is_ours || claim->is_unmanaged)
		status = STATUS_OK;
	else if (!claim->in_group || claim->is_managed)
		status = claim_refuse(claim->resource, reason);
	else if (claim->of_group[0] == '\0')
		memcpy(claim->of_group, claim->resource, sizeof(claim->of_group));
	claim->resource[0] = '\0';
	return status;
}

static enum status
group_leave(struct claim *claim, struct reason *reason)
{
	claim->in_group = false;
	if (claim->of_group[0] == '\0' || claim->is_group_unmanaged)
		return STATUS_OK;
	return claim_refuse(claim->of_group, reason);
}

static bool
tag_is(const char *tag, const char *name)
{
	size_t length = strlen(name);

	return strncmp(tag + 1, name, length) == 0 && strchr(" >/", tag[1 + length]) != NULL &&
		tag[1 + length] != '\0';
}

/* An element without children, as libxml2 writes it. */
static bool
tag_ends_itself(const char *tag)
{
	size_t length = strcspn(tag, ">");

	return length > 0 && tag[length] == '>' && tag[length - 1] == '/';
}

static void
template_leave(struct claim *claim)
{
	if (claim->is_ours && claim->template_count < TEMPLATES_MAX)
		memcpy(claim->templates[claim->template_count++], claim->resource, ID_BYTES);
	claim->resource[0] = '\0';
	claim->is_ours = false;
}

static void
templates_find(const char *text, struct claim *claim)
{
	for (const char *tag = strchr(text, '<'); tag != NULL; tag = strchr(tag + 1, '<')) {
		bool is_template = tag_is(tag, "template");

		if (is_template)
			resource_enter(claim, tag);
		else if (tag_is(tag, "nvpair"))
			pair_take(claim, tag);
		if (tag_is(tag, "/template") || (is_template && tag_ends_itself(tag)))
			template_leave(claim);
	}
}

static bool
maintenance_is_on(const char *tag)
{
	char name[VALUE_BYTES], value[VALUE_BYTES];

	return tag_is(tag, "nvpair") && attribute_get(tag, "name", name) &&
		strcmp(name, "maintenance-mode") == 0 && attribute_get(tag, "value", value) &&
		strcmp(value, "true") == 0;
}

enum status
cluster_claim_find(const char *text, const struct wanted *wanted, struct reason *reason)
{
	struct claim claim = {.wanted = wanted};
	enum status status = STATUS_OK;

	templates_find(text, &claim);
	for (const char *tag = strchr(text, '<'); tag != NULL && status == STATUS_OK;
		tag = strchr(tag + 1, '<')) {
		if (maintenance_is_on(tag))
			return STATUS_OK;
		if (tag_is(tag, "group")) {
			claim.in_group = true;
			claim.is_group_unmanaged = false;
			claim.of_group[0] = '\0';
		} else if (tag_is(tag, "primitive")) {
			resource_enter(&claim, tag);
			if (tag_ends_itself(tag))
				status = resource_leave(&claim, reason);
		} else if (tag_is(tag, "nvpair")) {
			pair_take(&claim, tag);
		} else if (tag_is(tag, "/primitive")) {
			status = resource_leave(&claim, reason);
		} else if (tag_is(tag, "/group")) {
			status = group_leave(&claim, reason);
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
			length_bytes == CIB_BYTES ? "it is too long" : strerror(errno));
	text[length_bytes] = '\0';
	return cluster_claim_find(text, wanted, reason);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and ARNs of parameters. */
#include "aws/parameter_name.h"

#include <stdio.h>
#include <string.h>

#define TAIL_BYTES 32
#define SECRET_REFERENCE "/aws/reference/secretsmanager/"

/*
 * arn:PARTITION:ssm:REGION:ACCOUNT:parameter/NAME: takes the region and returns where the resource
 * begins, or NULL.
 */
static const char *
arn_resource(const char *text, struct parameter_name *name)
{
	const char *parts[6] = {text};

	for (size_t i = 1; i < 6; i++) {
		const char *colon = strchr(parts[i - 1], ':');

		if (colon == NULL)
			return NULL;
		parts[i] = colon + 1;
	}

	size_t region_bytes = (size_t)(parts[4] - parts[3]) - 1;

	if (strncmp(parts[2], "ssm:", 4) != 0 || region_bytes == 0 ||
		region_bytes >= sizeof(name->region) || strncmp(parts[5], "parameter/", 10) != 0)
		return NULL;
	memcpy(name->region, parts[3], region_bytes);
	name->region[region_bytes] = '\0';
	return parts[5];
}

enum status
parameter_name_parse(const char *text, struct parameter_name *ret_name, struct reason *reason)
{
	struct parameter_name name = {0};
	const char *resource = text;

	if (text[0] == '\0' || strlen(text) >= 1999)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"ssm_parameter: the name is empty or too long");
	if (strncmp(text, "arn:", 4) == 0)
		resource = arn_resource(text, &name);
	if (resource == NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"ssm_parameter: %.60s is not the ARN of an SSM parameter", text);

	/* An ARN has colons of its own: only what follows its resource part is a selector. */
	const char *colon = strchr(resource, ':');
	size_t base_bytes = colon != NULL ? (size_t)(colon - text) : strlen(text);

	if (colon != NULL &&
		(colon[1] == '\0' || strlen(colon + 1) >= sizeof(name.selector) ||
			strchr(colon + 1, ':') != NULL))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"ssm_parameter: what follows the name is no version or label");
	memcpy(name.base, text, base_bytes);
	if (colon != NULL)
		snprintf(name.selector, sizeof(name.selector), "%s", colon + 1);
	name.is_pinned = colon != NULL &&
		strspn(name.selector, "0123456789") == strlen(name.selector);
	name.is_secret_reference = strstr(name.base, SECRET_REFERENCE) != NULL;
	*ret_name = name;
	return STATUS_OK;
}

void
parameter_name_write(const struct parameter_name *name, uint64_t version,
	char ret_text[static PARAMETER_NAME_BYTES])
{
	if (version > 0)
		snprintf(ret_text, PARAMETER_NAME_BYTES, "%.1999s:%llu", name->base,
			(unsigned long long)version);
	else
		snprintf(ret_text, PARAMETER_NAME_BYTES, "%.1999s%s%.120s", name->base,
			name->selector[0] != '\0' ? ":" : "", name->selector);
}

const char *
parameter_name_tail(const char *name)
{
	size_t length_bytes = strlen(name);
	const char *tail = length_bytes > TAIL_BYTES ? name + length_bytes - TAIL_BYTES : name;

	while (((unsigned char)*tail & 0xc0) == 0x80)
		tail++;
	return tail;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parameter table and its loader. Everything that is known of a parameter stands in params.def;
 * this file only walks it. Reads nothing but what the look-up function hands out.
 */
#include "params/params.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "params/params_check.h"

/* A mistyped column in params.def is an unknown field here: a compile error on its row. */
const struct param_row param_rows[PARAM_COUNT] = {
#define PARAM(row, row_kind, ...) \
	[PARAM_##row] = {.name = #row, \
		.kind = PARAM_KIND_##row_kind, \
		.offset = offsetof(struct params, row), \
		__VA_ARGS__},
#include "params/params.def"
#undef PARAM
};

static enum status
value_refuse(const struct param_row *row, const char *value, const char *wanted,
	struct reason *reason)
{
	return reason_set(reason, STATUS_BAD_PARAMETER, "%s=%.60s: must be %s", row->name, value,
		wanted);
}

/* Choices are words separated by '|'. */
static bool
choice_is_listed(const char *choices, const char *value)
{
	size_t length_bytes = strlen(value);

	for (const char *word = choices; word != NULL; word = strchr(word, '|')) {
		if (*word == '|')
			word++;
		if (strcspn(word, "|") == length_bytes && strncmp(word, value, length_bytes) == 0)
			return true;
	}
	return false;
}

static enum status
choice_take(const struct param_row *row, const char *value, void *field, struct reason *reason)
{
	if (!choice_is_listed(row->choices, value))
		return value_refuse(row, value, row->choices, reason);
	*(const char **)field = value;
	return STATUS_OK;
}

static enum status
string_take(const struct param_row *row, const char *value, void *field, struct reason *reason)
{
	enum status status = row->check != NULL ? row->check(row->name, value, reason) : STATUS_OK;

	if (status == STATUS_OK)
		*(const char **)field = value;
	return status;
}

/* The words that resource agents have always taken for true and false. */
static enum status
switch_take(const struct param_row *row, const char *value, void *field, struct reason *reason)
{
	static const char *const words[] = {"no", "yes", "false", "true", "0", "1", "off", "on",
		"n", "y"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(value, words[i]) != 0)
			continue;
		*(bool *)field = i % 2 == 1;
		return STATUS_OK;
	}
	return value_refuse(row, value, "yes or no", reason);
}

/*
 * How many seconds one of a unit lasts; 0 for a unit that is not known. No unit: seconds, as every
 * OCF time.
 */
static unsigned int
unit_seconds(const char *unit)
{
	if (*unit == '\0' || strcmp(unit, "s") == 0 || strcmp(unit, "sec") == 0)
		return 1;
	if (strcmp(unit, "m") == 0 || strcmp(unit, "min") == 0)
		return 60;
	return 0;
}

static enum status
number_take(const struct param_row *row, const char *value, void *field, struct reason *reason)
{
	bool is_time = row->kind == PARAM_KIND_SECONDS;
	char *rest = NULL;
	/* strtoul would take a sign and white space. */
	unsigned long number = *value >= '0' && *value <= '9' ? strtoul(value, &rest, 10) : 0;

	if (rest == NULL || (is_time ? unit_seconds(rest) == 0 : *rest != '\0'))
		return value_refuse(row, value, is_time ? "a number of seconds" : "a number",
			reason);

	unsigned int unit = is_time ? unit_seconds(rest) : 1;

	if (number > row->max / unit || number * unit < row->min)
		return reason_set(reason, STATUS_BAD_PARAMETER, "%s=%.60s: must be from %u to %u",
			row->name, value, row->min, row->max);
	*(unsigned int *)field = (unsigned int)number * unit;
	return STATUS_OK;
}

static enum status
value_take(const struct param_row *row, const char *value, struct params *params,
	struct reason *reason)
{
	void *field = (char *)params + row->offset;

	switch (row->kind) {
	case PARAM_KIND_STRING:
		return string_take(row, value, field, reason);
	case PARAM_KIND_CHOICE:
		return choice_take(row, value, field, reason);
	case PARAM_KIND_SECONDS:
	case PARAM_KIND_NUMBER:
		return number_take(row, value, field, reason);
	case PARAM_KIND_SWITCH:
		return switch_take(row, value, field, reason);
	}
	return reason_set(reason, STATUS_INTERNAL, "%s: a parameter of no kind", row->name);
}

static void
row_load(const struct param_row *row, const char *value, struct params *params)
{
	/* The table's own test proves that every fallback is valid. */
	if (row->fallback != NULL)
		value_take(row, row->fallback, params, NULL);

	if (value != NULL && *value != '\0') {
		params->given[row - param_rows] = value_take(row, value, params,
							  &params->problem) == STATUS_OK;
		return;
	}
	if (row->required)
		reason_set(&params->problem, STATUS_MISSING_PARAMETER,
			"%s is not set, and is required: %s", row->name, row->brief);
}

void
params_load(param_lookup *lookup, void *context, struct params *ret_params)
{
	struct params params = {0};

	for (size_t i = 0; i < PARAM_COUNT; i++)
		row_load(&param_rows[i], lookup(context, param_rows[i].name), &params);

	/* A set is judged only when each of its values stands by itself. */
	if (params.problem.status == STATUS_OK)
		params_check_set(&params, &params.problem);
	*ret_params = params;
}

const struct param_row *
param_row_find(const char *name)
{
	for (size_t i = 0; i < PARAM_COUNT; i++) {
		if (strcmp(param_rows[i].name, name) == 0)
			return &param_rows[i];
	}
	return NULL;
}

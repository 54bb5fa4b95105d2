/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Short lists, searched from front to back. */
#include "creds/variables.h"

#include <string.h>

static struct variable *
variable_find(const struct variables *variables, const char *name)
{
	for (size_t i = 0; i < variables->count; i++) {
		if (strcmp(variables->rows[i].name, name) == 0)
			return &variables->rows[i];
	}
	return NULL;
}

static struct variable *
variable_add(struct variables *variables, const char *name)
{
	struct variable *rows = reallocarray(variables->rows, variables->count + 1, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	variables->rows = rows;
	rows[variables->count] = (struct variable){.name = strdup(name)};
	if (rows[variables->count].name == NULL)
		return NULL;
	return &rows[variables->count++];
}

enum status
variables_set(struct variables *variables, const char *name, const char *value, size_t value_bytes)
{
	owned_secret copy = {0};
	enum status status = secret_copy(value, value_bytes, &copy);
	struct variable *variable = variable_find(variables, name);

	if (status != STATUS_OK)
		return status;
	if (variable == NULL)
		variable = variable_add(variables, name);
	if (variable == NULL)
		return STATUS_NO_MEMORY;
	secret_end(&variable->value);
	variable->value = secret_steal(&copy);
	return STATUS_OK;
}

const char *
variables_get(const struct variables *variables, const char *name)
{
	const struct variable *variable = variable_find(variables, name);

	return variable != NULL && variable->value.length_bytes > 0 ? variable->value.bytes : NULL;
}

void
variables_set_line(struct variables *variables, const char *name, unsigned int line)
{
	struct variable *variable = variable_find(variables, name);

	if (variable != NULL)
		variable->line = line;
}

unsigned int
variables_line(const struct variables *variables, const char *name)
{
	const struct variable *variable = variable_find(variables, name);

	return variable != NULL ? variable->line : 0;
}

void
variables_end(struct variables *variables)
{
	for (size_t i = 0; i < variables->count; i++) {
		free(variables->rows[i].name);
		secret_end(&variables->rows[i].value);
	}
	free(variables->rows);
	*variables = (struct variables){0};
}

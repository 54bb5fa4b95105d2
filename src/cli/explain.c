/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of explain.def; its test finds a status that has no row. */
#include "cli/explain.h"

#include <stddef.h>

struct explanation {
	const char *meaning;
	const char *help;
};

static const struct explanation explanations[STATUS_COUNT] = {
#define EXPLAIN(name, meaning, help) [STATUS_##name] = {meaning, help},
#include "cli/explain.def"
#undef EXPLAIN
};

const char *
explain_meaning(enum status status)
{
	return (unsigned int)status < STATUS_COUNT ? explanations[status].meaning : NULL;
}

const char *
explain_help(enum status status)
{
	return (unsigned int)status < STATUS_COUNT ? explanations[status].help : NULL;
}

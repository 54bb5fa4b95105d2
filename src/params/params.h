/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parameters of a volume, as one table makes them (params.def): the struct, the loader, the
 * defaults, the checks, the metadata, the manual and the help all walk it. Reads nothing but what
 * the given look-up function hands out.
 */
#ifndef LUKS_SSM_PARAMS_PARAMS_H
#define LUKS_SSM_PARAMS_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reason.h"
#include "base/status.h"

/*
 * STRING and CHOICE are text, SECONDS and NUMBER count, SWITCH is a boolean; the OCF types are
 * string, integer, boolean.
 */
enum param_kind {
	PARAM_KIND_STRING,
	PARAM_KIND_CHOICE,
	PARAM_KIND_SECONDS,
	PARAM_KIND_NUMBER,
	PARAM_KIND_SWITCH
};

#define PARAM_TYPE_STRING const char *
#define PARAM_TYPE_CHOICE const char *
#define PARAM_TYPE_SECONDS unsigned int
#define PARAM_TYPE_NUMBER unsigned int
#define PARAM_TYPE_SWITCH bool

enum param_id {
#define PARAM(name, kind, ...) PARAM_##name,
#include "params/params.def"
#undef PARAM
	PARAM_COUNT
};

/*
 * One field a row. Texts are lent by the look-up function (the environment) or by the table; a text
 * parameter that was not given and has no fallback is NULL. A value that fails its check leaves the
 * fallback in its field.
 */
struct params {
#define PARAM(name, kind, ...) PARAM_TYPE_##kind name;
#include "params/params.def"
#undef PARAM
	bool given[PARAM_COUNT]; /* the configuration names it, with a valid value */
	struct reason problem; /* the first thing that is wrong; status STATUS_OK when nothing is */
};

/*
 * A check of one text value: STATUS_OK, or STATUS_BAD_PARAMETER with the reason. NAME is for the
 * message.
 */
typedef enum status param_check(const char *name, const char *value, struct reason *reason);

struct param_row {
	const char *name; /* C field, OCF_RESKEY_ suffix, --option, XML name, man entry */
	enum param_kind kind;
	size_t offset; /* of the field in struct params, in bytes */
	bool required;
	const char *unique_group; /* NULL: none */
	bool reloadable;          /* a change needs no restart */
	const char *fallback;     /* the default as text; NULL: none */
	const char *choices;      /* for CHOICE: words separated by '|' */
	unsigned int min, max;    /* for SECONDS and NUMBER */
	param_check *check;       /* for STRING; NULL: any text */
	const char *brief;        /* one phrase, for shortdesc and help */
	const char *help;         /* sentences, for longdesc and the manual */
};

/* The table, PARAM_COUNT rows in the order of params.def. */
extern const struct param_row param_rows[PARAM_COUNT];

/*
 * Hands out the text of a parameter or NULL; CONTEXT is the caller's. Empty text counts as not
 * given.
 */
typedef const char *param_lookup(void *context, const char *name);

/*
 * Fills PARAMS from LOOKUP. Never fails as a whole: what is missing or wrong is in params->problem
 * (first one wins: STATUS_MISSING_PARAMETER or STATUS_BAD_PARAMETER), and stop, monitor and probe
 * go on without it.
 */
void params_load(param_lookup *lookup, void *context, struct params *ret_params);

/* The row of that name, or NULL. */
const struct param_row *param_row_find(const char *name);

#endif

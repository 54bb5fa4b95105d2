/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command has to say, filled member by member and written once: as lines and tables for
 * people, as one JSON object for machines. Both come from the same members, so neither can say what
 * the other does not.
 */
#ifndef LUKS_SSM_CLI_ANSWER_H
#define LUKS_SSM_CLI_ANSWER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/reason.h"

struct answer {
	struct json_object *root; /* owned; made with the first member */
};

/* The object to fill; NULL when there is no memory, which all of these take. */
struct json_object *answer_root(struct answer *answer);

/* Members, in the order in which they are put. A NULL or empty text, and a text with bytes that
 * are no UTF-8, is made presentable or left out. */
void answer_text(struct json_object *object, const char *name, const char *text);
void answer_number(struct json_object *object, const char *name, int64_t number);
void answer_flag(struct json_object *object, const char *name, bool flag);

/* A member that is a list, and a new row of a list; lent by the answer. */
struct json_object *answer_list(struct json_object *object, const char *name);
struct json_object *answer_row(struct json_object *list);

/* A member that is an object; lent by the answer. */
struct json_object *answer_object(struct json_object *object, const char *name);

/* The result of the call as a member "error" of code and text, unless it is STATUS_OK. */
void answer_error(struct answer *answer, enum status status, const struct reason *reason);

/* For machines. */
void answer_write_json(const struct answer *answer, FILE *out);

/* For people; COLOURED for a terminal. Texts of several lines stand by themselves. */
void answer_write_text(const struct answer *answer, FILE *out, bool coloured);

void answer_end(struct answer *answer);

#endif

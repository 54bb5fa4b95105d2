/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON of the services, read through json-c: bounded, strict, and nothing taken on trust. Whoever
 * asks for a member says which kind it must be; text with a NUL inside is no text.
 */
#ifndef LUKS_SSM_AWS_JSON_H
#define LUKS_SSM_AWS_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"

#define owned_json owned_by(json_end) struct json_object *

/*
 * One object and nothing behind it but blanks. STATUS_BAD_REPLY: not JSON, not an object, or nested
 * too deep.
 */
must_use enum status json_parse(const struct secret *text, struct json_object **ret_object);

/*
 * The member as an object, lent by OBJECT; NULL when it is not there or not an object. OBJECT may
 * be NULL.
 */
struct json_object *json_member_object(struct json_object *object, const char *name);

/*
 * The member as text, lent by OBJECT; NULL when it is not there, not a string, or has a NUL inside.
 */
const char *json_member_text(struct json_object *object, const char *name);

/*
 * The member as bytes, lent by OBJECT; a NUL may be among them. NULL when it is not there or not a
 * string.
 */
const char *
json_member_bytes(struct json_object *object, const char *name, size_t *ret_length_bytes);

/* Whether the member is text as above, null, or not there. */
bool json_member_may_be_text(struct json_object *object, const char *name);

/* The member as a number from 0 to the largest int64_t, or FALLBACK. */
int64_t json_member_number(struct json_object *object, const char *name, int64_t fallback);

/* A string with its quotes, escaped, in ret_text. STATUS_BAD_VALUE when it does not fit. */
must_use enum status json_quote(const char *text, size_t room_bytes, char *ret_text);

void json_end(struct json_object **object);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two operations that answer with a list of the same members, and the pages they come in. */
#include "aws/listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "aws/json.h"

#define LISTING_BYTES 65536
#define BODY_BYTES (6 * PARAMETER_NAME_BYTES + 6 * 4096 + 256)
#define TOKEN_BYTES 4096
/* No listing of ours is longer, and no service goes on for ever. */
#define PAGES_MOST 200

struct listing_kind {
	struct ssm_action action;
	const char *before, *after; /* the body around the quoted name */
};

static const struct listing_kind kinds[OPERATION_COUNT] = {
	[OPERATION_BY_PATH] = {{"AmazonSSM.GetParametersByPath", "ssm:GetParametersByPath", NULL},
		"{\"Path\":", ",\"Recursive\":true,\"WithDecryption\":false,\"MaxResults\":10"},
	[OPERATION_HISTORY] = {{"AmazonSSM.GetParameterHistory", "ssm:GetParameterHistory", NULL},
		"{\"Name\":", ",\"WithDecryption\":false,\"MaxResults\":50"},
};

static const char *const members[] = {
#define LISTING(column, member) member,
#include "base/listing.def"
#undef LISTING
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

/* Nothing of a text may end a column or a row. */
static bool
text_append(struct secret *listing, const char *text)
{
	for (; *text != '\0'; text++) {
		char byte = (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text;

		if (secret_append(listing, &byte, 1) != STATUS_OK)
			return false;
	}
	return true;
}

static bool
member_append(struct secret *listing, struct json_object *member)
{
	char number[24];

	switch (json_object_get_type(member)) {
	case json_type_string:
		return text_append(listing, json_object_get_string(member));
	case json_type_int:
	case json_type_double:
		/* A time has a fraction, which nobody asks for. */
		snprintf(number, sizeof(number), "%" PRId64, json_object_get_int64(member));
		return text_append(listing, number);
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(member); i++) {
			if ((i > 0 && !text_append(listing, ",")) ||
				!member_append(listing, json_object_array_get_idx(member, i)))
				return false;
		}
		return true;
	default:
		return true;
	}
}

static bool
row_append(struct secret *listing, struct json_object *row)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		struct json_object *member = NULL;

		if (json_object_is_type(row, json_type_object))
			json_object_object_get_ex(row, members[i], &member);
		if (!member_append(listing, member) ||
			secret_append(listing, i + 1 < MEMBERS ? "\t" : "\n", 1) != STATUS_OK)
			return false;
	}
	return true;
}

bool
listing_append(struct json_object *reply, struct secret *listing)
{
	struct json_object *rows = NULL;

	json_object_object_get_ex(reply, "Parameters", &rows);
	if (!json_object_is_type(rows, json_type_array))
		return true;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		size_t before_bytes = listing->length_bytes;

		if (!row_append(listing, json_object_array_get_idx(rows, i))) {
			secret_cut(listing, before_bytes);
			return false;
		}
	}
	return true;
}

static bool
rows_are_objects(struct json_object *rows)
{
	if (!json_object_is_type(rows, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		if (!json_object_is_type(json_object_array_get_idx(rows, i), json_type_object))
			return false;
	}
	return true;
}

enum status
listing_check(struct json_object *reply, const char *host, struct reason *reason)
{
	struct json_object *rows = NULL;
	const char *member = NULL;

	json_object_object_get_ex(reply, "Parameters", &rows);
	if (!rows_are_objects(rows))
		member = "Parameters";
	else if (!json_member_may_be_text(reply, "NextToken"))
		member = "NextToken";
	if (member == NULL)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_REPLY,
		"%.80s: the reply's %s is malformed; see what sits between", host, member);
}

/* TOKEN "" asks for the first page. */
static enum status
listing_body(const struct listing_kind *kind, const char *name, const char *token,
	struct secret *ret_body)
{
	char quoted[6 * PARAMETER_NAME_BYTES], page[6 * TOKEN_BYTES] = "";
	enum status status = json_quote(name, sizeof(quoted), quoted);

	if (status == STATUS_OK && token[0] != '\0')
		status = json_quote(token, sizeof(page), page);
	if (status == STATUS_OK)
		status = secret_make(ret_body, BODY_BYTES);
	if (status != STATUS_OK)
		return status;
	snprintf(ret_body->bytes, BODY_BYTES, "%s%s%s%s%s}", kind->before, quoted, kind->after,
		page[0] != '\0' ? ",\"NextToken\":" : "", page);
	return STATUS_OK;
}

/* One page; TOKEN becomes that of the next, or "". */
static enum status
page_ask(struct http_client *client, const struct listing_kind *kind,
	const struct ssm_question *question, struct deadline deadline, char token[TOKEN_BYTES],
	struct ssm_answer *answer, struct reply_facts *ret_facts, struct reason *reason)
{
	owned_secret body = {0};
	owned_json object = NULL;
	enum status status = listing_body(kind, question->name, token, &body);

	if (status != STATUS_OK)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%.32s: the name is too long; correct it",
			parameter_name_tail(question->name));
	status = ssm_post(client, question, &kind->action, body.bytes, deadline, &object, ret_facts,
		reason);
	if (status == STATUS_OK)
		status = listing_check(object, question->endpoint->host, reason);
	if (status != STATUS_OK)
		return status;

	const char *next = json_member_text(object, "NextToken");

	answer->listing_cut = !listing_append(object, &answer->listing) ||
		(next != NULL && strlen(next) >= TOKEN_BYTES);
	snprintf(token, TOKEN_BYTES, "%s", next != NULL && !answer->listing_cut ? next : "");
	return STATUS_OK;
}

enum status
ssm_list(struct http_client *client, enum operation operation, const struct ssm_question *question,
	struct deadline deadline, struct ssm_answer *ret_answer, struct reply_facts *ret_facts,
	struct reason *reason)
{
	char token[TOKEN_BYTES] = "";
	/* An earlier try may have come halfway. */
	owned_ssm_answer answer = {0};
	enum status status = secret_make(&answer.listing, LISTING_BYTES);

	for (int page = 0; status == STATUS_OK && page < PAGES_MOST; page++) {
		status = page_ask(client, &kinds[operation], question, deadline, token, &answer,
			ret_facts, reason);
		if (token[0] == '\0')
			break;
	}
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for the list of parameters");
	answer.listing_cut |= token[0] != '\0';
	*ret_answer = answer;
	answer = (struct ssm_answer){0};
	return STATUS_OK;
}

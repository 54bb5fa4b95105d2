/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to luks-ssm-aws that are not for a key, and the rows it answers with. */
#include "cli/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "volume/helper_call.h"

enum status
store_put(const struct params *params, const struct secret *value, const char *description,
	const char *kms_key, struct deadline deadline, struct fetched_key *ret_place,
	struct reason *reason)
{
	const struct helper_question question = {.operation = OPERATION_PUT,
		.value = value,
		.description = description,
		.kms_key = kms_key};
	owned_secret reply = {0};
	struct wire_frame frame;

	log_step("storing the key in %s", params->ssm_parameter);
	enum status status = helper_call(params, &question, deadline, &reply, &frame, reason);

	if (status != STATUS_OK)
		return status;
	uint64_t version = wire_number(&frame, WIRE_KEY_VERSION, 0, 0);
	const char *region = wire_text(&frame, WIRE_KEY_REGION, 0);

	if (version == 0 || version > UINT32_MAX)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.60s: the answer to its store names no version; run this command again",
			params->ssm_parameter);
	*ret_place = (struct fetched_key){.version = (unsigned int)version};
	snprintf(ret_place->region, sizeof(ret_place->region), "%s", region != NULL ? region : "");
	return STATUS_OK;
}

/* The columns of one line, ended by NULs in place of tabs. False when there are not enough. */
static bool
row_split(char *line, const char *columns[static STORE_COLUMNS])
{
	for (size_t i = 0; i < STORE_COLUMNS; i++) {
		columns[i] = line;
		line = strchr(line, '\t');
		if (i + 1 == STORE_COLUMNS)
			return line == NULL;
		if (line == NULL)
			return false;
		*line++ = '\0';
	}
	return true;
}

static size_t
lines_count(const char *bytes, size_t length_bytes)
{
	size_t count = 0;

	for (size_t i = 0; i < length_bytes; i++)
		count += bytes[i] == '\n';
	return count;
}

enum status
store_rows_parse(const char *bytes, size_t length_bytes, struct store_rows *ret_rows)
{
	owned_store_rows rows = {0};
	size_t lines = lines_count(bytes, length_bytes);

	if (secret_copy(bytes, length_bytes, &rows.text) != STATUS_OK)
		return STATUS_NO_MEMORY;
	rows.rows = calloc(lines + 1, sizeof(*rows.rows));
	if (rows.rows == NULL)
		return STATUS_NO_MEMORY;
	for (char *line = rows.text.bytes; lines > 0; lines--) {
		char *end = strchr(line, '\n');

		if (end == NULL)
			break;
		*end = '\0';
		if (row_split(line, rows.rows[rows.count]))
			rows.count++;
		line = end + 1;
	}
	*ret_rows = rows;
	rows = (struct store_rows){0};
	return STATUS_OK;
}

enum status
store_list(const struct params *params, enum operation operation, struct deadline deadline,
	struct store_rows *ret_rows, struct reason *reason)
{
	const struct helper_question question = {.operation = operation};
	owned_secret reply = {0};
	struct wire_frame frame;

	log_step("asking about %s", params->ssm_parameter);
	enum status status = helper_call(params, &question, deadline, &reply, &frame, reason);

	if (status != STATUS_OK)
		return status;
	const struct wire_slot *slot = &frame.slots[WIRE_LISTING][0];

	status = store_rows_parse(slot->bytes != NULL ? slot->bytes : "", slot->length_bytes,
		ret_rows);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for the list of parameters");
	ret_rows->cut = wire_number(&frame, WIRE_LISTING_CUT, 0, 0) != 0;
	return STATUS_OK;
}

void
store_rows_end(struct store_rows *rows)
{
	secret_end(&rows->text);
	free(rows->rows);
	*rows = (struct store_rows){0};
}

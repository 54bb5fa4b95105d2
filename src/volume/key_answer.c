/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root's reading of one answer: bounded copies, and one printable line. */
#include "volume/key_answer.h"

#include <stdio.h>
#include <string.h>

enum status
key_answer_take(const struct wire_frame *frame, struct fetched_key *ret_key, struct reason *reason)
{
	const struct wire_slot *slot = &frame->slots[WIRE_KEY][0];
	struct reason warning = {0};
	uint64_t version = wire_number(frame, WIRE_KEY_VERSION, 0, 0);
	const char *region = wire_text(frame, WIRE_KEY_REGION, 0);

	if (slot->bytes == NULL || slot->length_bytes == 0 || version > UINT32_MAX)
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: an answer without a key; reinstall luks-ssm");
	if (secret_copy(slot->bytes, slot->length_bytes, &ret_key->key) != STATUS_OK)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the key; free some");
	ret_key->version = (unsigned int)version;
	if (region != NULL)
		snprintf(ret_key->region, sizeof(ret_key->region), "%s", region);
	if (wire_text(frame, WIRE_KEY_ARN, 0) != NULL)
		snprintf(ret_key->arn, sizeof(ret_key->arn), "%s",
			wire_text(frame, WIRE_KEY_ARN, 0));
	ret_key->has_older = wire_number(frame, WIRE_HAS_OLDER, 0, 0) != 0;
	ret_key->jail_gaps = (unsigned int)wire_number(frame, WIRE_JAIL_GAPS, 0, 0);
	ret_key->has_backslash = wire_number(frame, WIRE_HAS_BACKSLASH, 0, 0) != 0;
	if (wire_text(frame, WIRE_WARNING, 0) != NULL &&
		wire_text(frame, WIRE_WARNING, 0)[0] != '\0')
		/* Through a reason, which makes one printable line of it. */
		(void)!reason_set(&warning, STATUS_OK, "%s", wire_text(frame, WIRE_WARNING, 0));
	if (warning.text[0] != '\0')
		snprintf(ret_key->warning, sizeof(ret_key->warning), "%s",
			warning.text + strlen("ok: "));
	return STATUS_OK;
}

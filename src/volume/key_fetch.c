/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer that is a key. */
#include "volume/key_fetch.h"

#include "volume/helper_call.h"
#include "volume/key_answer.h"

enum status
key_fetch(const struct params *params, const struct fetched_key *current, unsigned int older,
	struct deadline deadline, struct fetched_key *ret_key, struct reason *reason)
{
	owned_secret reply = {0};
	owned_fetched_key key = {0};
	struct wire_frame frame;
	struct helper_question question = {.operation = OPERATION_GET};

	if (current != NULL && older >= current->version)
		return reason_set(reason, STATUS_NO_PARAMETER,
			"%.60s: version %u has no older one; store the right key",
			params->ssm_parameter, current->version);
	if (current != NULL) {
		question.region = current->region[0] != '\0' ? current->region : NULL;
		question.version = current->version - older;
	}

	enum status status = helper_call(params, &question, deadline, &reply, &frame, reason);

	if (status == STATUS_OK)
		status = key_answer_take(&frame, &key, reason);
	if (status != STATUS_OK)
		return status;
	*ret_key = key;
	key.key = (struct secret){0};
	return STATUS_OK;
}

void
fetched_key_end(struct fetched_key *key)
{
	secret_end(&key->key);
}

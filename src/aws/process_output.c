/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The document of version 1, each member by its kind. */
#include "aws/process_output.h"

#include "aws/json.h"

static enum status
output_refuse(const char *origin, const char *what, struct reason *reason)
{
	return reason_set(reason, STATUS_BAD_PROFILE,
		"%.80s: what credential_process prints %s; correct that program", origin, what);
}

enum status
process_output_parse(const struct secret *text, const char *origin, int64_t now_s,
	struct credentials *ret_credentials, struct reason *reason)
{
	owned_json object = NULL;

	if (json_parse(text, &object) != STATUS_OK)
		return output_refuse(origin, "is not a JSON object", reason);
	if (json_member_number(object, "Version", 0) != 1)
		return output_refuse(origin, "has no \"Version\": 1", reason);

	const char *access_key = json_member_text(object, "AccessKeyId");
	const char *secret_key = json_member_text(object, "SecretAccessKey");
	const char *expiration = json_member_text(object, "Expiration");
	int64_t expires_s = timestamp_parse(expiration);

	if (access_key == NULL || secret_key == NULL)
		return output_refuse(origin, "has no AccessKeyId or no SecretAccessKey", reason);
	if (!json_member_may_be_text(object, "SessionToken") ||
		!json_member_may_be_text(object, "Expiration"))
		return output_refuse(origin, "has a SessionToken or Expiration that is no text",
			reason);
	if (expiration != NULL && expires_s == 0)
		return output_refuse(origin, "has an Expiration that is no time", reason);
	if (expiration != NULL && expires_s <= now_s)
		return reason_set(reason, STATUS_EXPIRED_CREDENTIALS,
			"%.80s: what credential_process prints has expired; correct that program or the clock",
			origin);

	enum status status = credentials_copy(origin, access_key, secret_key,
		json_member_text(object, "SessionToken"), ret_credentials, reason);

	if (status == STATUS_OK)
		ret_credentials->expires_s = expires_s;
	return status;
}

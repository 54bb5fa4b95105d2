/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AssumeRoleWithWebIdentity: the token is the proof, so nothing is signed and the form is as secret
 * as the token. For caller.c.
 */
#include <string.h>

#include "aws/sts.h"

enum status
sts_assume_role_with_web_identity(const struct sts_way *way, const struct request_role *role,
	const char *token, struct deadline deadline, struct credentials *ret_credentials,
	struct reason *reason)
{
	owned_secret form = {0};
	enum status status = sts_form_begin("AssumeRoleWithWebIdentity", role, strlen(token),
		&form);

	if (status == STATUS_OK)
		status = sts_form_add(&form, "WebIdentityToken", token);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for a question to STS");
	status = sts_ask(way, role, &form, NULL, deadline, ret_credentials, reason);
	/* No keys were used that could have expired: it is the token, and only its file can help.
	 */
	if (status == STATUS_EXPIRED_CREDENTIALS) {
		reason_clear(reason);
		return reason_set(reason, STATUS_SLOW_CREDENTIALS,
			"web_identity_token_file: the token has expired; see who renews that file");
	}
	return status;
}

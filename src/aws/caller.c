/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One function for each source, and the switch between them. */
#include "aws/caller.h"

static enum status
static_obtain(struct caller *caller, struct reason *reason)
{
	const struct request *request = caller->request;

	if (request->access_key == NULL || request->secret_key == NULL)
		return reason_set(reason, STATUS_NO_CREDENTIALS,
			"%.80s: the access key is not complete; set its id and its secret",
			request->origin);
	return credentials_copy(request->access_key, request->secret_key, request->session_token,
		&caller->credentials, reason);
}

static enum status
unsupported(const struct caller *caller, const char *what, struct reason *reason)
{
	return reason_set(reason, STATUS_NO_CREDENTIALS,
		"%.80s: uses %s, which this version does not support; use keys or the instance's role",
		caller->request->origin, what);
}

static enum status
source_obtain(struct caller *caller, struct deadline deadline, struct reason *reason)
{
	switch (caller->request->source) {
	case SOURCE_STATIC:
		return static_obtain(caller, reason);
	case SOURCE_METADATA:
		return metadata_credentials(caller->metadata, deadline, &caller->credentials,
			reason);
	case SOURCE_PROCESS:
		return unsupported(caller, "credential_process", reason);
	case SOURCE_CONTAINER:
		return unsupported(caller, "container credentials", reason);
	case SOURCE_WEB_IDENTITY:
		return unsupported(caller, "web identity", reason);
	default:
		return reason_set(reason, STATUS_HELPER_BROKEN,
			"luks-ssm-aws: unknown source of credentials");
	}
}

enum status
caller_obtain(struct caller *caller, struct deadline deadline, struct reason *reason)
{
	if (caller->credentials.access_key[0] != '\0')
		return STATUS_OK;
	if (caller->request->role_count > 0)
		return unsupported(caller, "a role", reason);
	return source_obtain(caller, deadline, reason);
}

bool
caller_can_refresh(const struct caller *caller)
{
	return caller->request->source != SOURCE_STATIC || caller->request->role_count > 0;
}

void
caller_forget(struct caller *caller)
{
	credentials_end(&caller->credentials);
}

void
caller_end(struct caller *caller)
{
	credentials_end(&caller->credentials);
}

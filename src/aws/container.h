/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The endpoint that gives a container its credentials: ECS by a path at a fixed address, EKS Pod
 * Identity and others by a whole URL with a token. Never through a proxy. Source: AWS SDKs and
 * Tools Reference Guide, «Container credential provider».
 */
#ifndef LUKS_SSM_AWS_CONTAINER_H
#define LUKS_SSM_AWS_CONTAINER_H

#include "aws/credentials.h"
#include "aws/url.h"

struct container_url {
	struct endpoint endpoint;
	char url[URL_BYTES];
};

/*
 * HTTPS to any host; plain HTTP only to a loopback address or to the addresses of ECS and EKS.
 * STATUS_BAD_PROFILE.
 */
must_use enum status
container_url_parse(const char *text, struct container_url *ret_url, struct reason *reason);

/*
 * TOKEN NULL: none. The Expiration is not judged. STATUS_BAD_PROFILE: the URL, or a token that no
 * header can carry. STATUS_NO_CREDENTIALS: it refuses. STATUS_METADATA_UNREACHABLE: until the
 * deadline it did not answer, or with 5xx. STATUS_BAD_REPLY, STATUS_NO_MEMORY.
 */
must_use enum status container_credentials(const char *url, const char *token,
	struct deadline deadline, struct credentials *ret_credentials, struct reason *reason);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where credentials begin. The root side (src/creds) decides which one it is, the helper (src/aws)
 * carries it out; the number crosses the pipe as the field SOURCE.
 */
#ifndef LUKS_SSM_BASE_SOURCE_H
#define LUKS_SSM_BASE_SOURCE_H

enum credential_source {
	SOURCE_STATIC = 1,       /* access key, secret key, perhaps a session token */
	SOURCE_METADATA = 2,     /* the role of the instance, IMDSv2 */
	SOURCE_PROCESS = 3,      /* what a credential_process printed */
	SOURCE_CONTAINER = 4,    /* the endpoint of ECS or EKS */
	SOURCE_WEB_IDENTITY = 5, /* a token file and a role */
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What luks-ssm-aws is asked to do. The agent only ever gets a key; the rest is the administrator's
 * command. The number crosses the pipe as the field OPERATION.
 */
#ifndef LUKS_SSM_BASE_OPERATION_H
#define LUKS_SSM_BASE_OPERATION_H

enum operation {
	OPERATION_GET = 0,     /* GetParameter: the value, decoded */
	OPERATION_PUT = 1,     /* PutParameter: a new SecureString, never over another */
	OPERATION_BY_PATH = 2, /* GetParametersByPath: what lies below, without values */
	OPERATION_HISTORY = 3, /* GetParameterHistory: its versions and their labels */
	OPERATION_COUNT
};

#endif

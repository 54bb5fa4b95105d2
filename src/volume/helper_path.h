/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where luks-ssm-aws is. A test links a helper_path.c of its own; no environment and no parameter
 * changes it.
 */
#ifndef LUKS_SSM_VOLUME_HELPER_PATH_H
#define LUKS_SSM_VOLUME_HELPER_PATH_H

/* An absolute path; never NULL. */
const char *helper_path(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of a test program: parameters as NAME=VALUE. */
#ifndef LUKS_SSM_TESTS_ARGUMENTS_H
#define LUKS_SSM_TESTS_ARGUMENTS_H

struct arguments {
	int count; /* argc */
	char **texts;
};

/* A param_lookup for params_load: CONTEXT is a struct arguments. NULL when NAME is not given. */
const char *argument_find(void *context, const char *name);

#endif

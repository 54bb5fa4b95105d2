/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks that rows of params.def name, and the two lists that others must read the same way.
 * They look at text alone: no file, no device, no network, so that they say the same on every node.
 */
#ifndef LUKS_SSM_PARAMS_PARAMS_CHECK_H
#define LUKS_SSM_PARAMS_PARAMS_CHECK_H

#include "params/params.h"

/* An absolute path without "..", UUID=, PARTUUID=, LABEL=, or vol- and hexadecimal digits. */
param_check check_device;

/* 8-4-4-4-12 hexadecimal digits. */
param_check check_uuid;

/* Absolute, without "..", without control characters, shorter than PATH_MAX. */
param_check check_path;

/*
 * As check_path, not the root, and written as mountinfo will show it: no empty or "." component, no
 * slash at the end.
 */
param_check check_directory;

/* What libdevmapper takes without mangling (its whitelist), not "control", at most 127 bytes. */
param_check check_map_name;

/* The form of a filesystem's name in /proc/filesystems. */
param_check check_fstype;

/* mount(8) options as in fstab; refuses those that make another kind of mount. */
param_check check_options;

/*
 * name, name:version, name:label, or an ARN (AWS Systems Manager API reference, GetParameter,
 * Name).
 */
param_check check_ssm_parameter;

/* One to eight of us-east-1, eu-isoe-west-1, …, separated by commas or blanks, none twice. */
param_check check_region;

/* arn:PARTITION:iam::ACCOUNT:role/NAME */
param_check check_role_arn;

/* https://HOST[:PORT][/]; http:// only with a loopback host. */
param_check check_endpoint;

/* http[s]://HOST[:PORT][/], without a login, which has no place in a parameter and is not quoted.
 */
param_check check_proxy;

/* Hosts, domains, addresses and networks as NO_PROXY lists them. */
param_check check_no_proxy;

/* Signal names separated by spaces, with or without SIG. */
param_check check_signals;

/* Printable and without white space. */
param_check check_word;

/*
 * Takes the next signal from a list as check_signals knows it and moves CURSOR behind it. Returns
 * its number, 0 at the end of the list, -1 for a word that is no signal.
 */
int signal_list_next(const char **cursor);

/*
 * Takes the next region of a list as check_region knows it and moves CURSOR behind it. Returns its
 * length in bytes, 0 at the end, and its begin in RET_NAME, lent.
 */
size_t region_list_next(const char **cursor, const char **ret_name);

/*
 * Takes the next mount option and moves CURSOR behind it and its comma; commas inside double quotes
 * do not separate. Returns its length in bytes and its begin in RET_WORD, lent; 0 with RET_WORD
 * NULL at the end. Empty ones are skipped.
 */
size_t option_list_next(const char **cursor, const char **ret_word);

/* Whether OPTIONS, which may be NULL, hold the option NAME, with or without a value. */
bool option_list_has(const char *options, const char *name);

/*
 * Writes what two values say against each other as STATUS_BAD_PARAMETER; leaves REASON empty when
 * nothing does.
 */
void params_check_set(const struct params *params, struct reason *reason);

#endif

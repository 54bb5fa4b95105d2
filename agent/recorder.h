/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flight recorder's files: the finished one under STATEDIR, and libqb's own in shared memory.
 * For log_qb.c alone.
 */
#ifndef LUKS_SSM_AGENT_RECORDER_H
#define LUKS_SSM_AGENT_RECORDER_H

/* Room for the log's name, "luks-ssm(INSTANCE)", in bytes. */
#define RECORDER_NAME_BYTES 288

/* What the recorder holds, in bytes: some hundred lines, the last ones. */
#define RECORDER_BYTES 65536

/* Removes the shared memory of recorders of that log name whose process is gone. */
void recorder_sweep(const char *name);

/* Replaces STATEDIR/INSTANCE.fdata by what was recorded; leaves the old one when that fails. */
void recorder_write(const char *instance);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker's log: libqb's syslog, stderr and step trace where they are asked for, and its flight
 * recorder. Implements base/log.h. Called by program_worker.c alone. Never holds a secret.
 */
#ifndef LUKS_SSM_AGENT_LOG_QB_H
#define LUKS_SSM_AGENT_LOG_QB_H

#include <stdbool.h>

#include "ocf_env.h"

/*
 * Opens the log; every line names the resource. To stderr too when that is a terminal,
 * OCF_TRACE_FILE is set or debug is on: the executor logs what is written there once more. Removes
 * what a killed action of this resource left in /dev/shm.
 */
void log_begin(const struct ocf_call *call);

/*
 * Closes the log. WITH_RECORDING: writes STATEDIR/INSTANCE.fdata anew, for qb-blackbox. Best
 * effort: what cannot be written is not, and changes no answer.
 */
void log_end(const struct ocf_call *call, bool with_recording);

#endif

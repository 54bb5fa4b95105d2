/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command does in Parameter Store beside fetching a key: storing a new one, and looking at
 * names and versions. All through luks-ssm-aws; no value is ever listed.
 */
#ifndef LUKS_SSM_CLI_STORE_H
#define LUKS_SSM_CLI_STORE_H

#include "base/deadline.h"
#include "base/operation.h"
#include "base/reason.h"
#include "base/secret.h"
#include "params/params.h"
#include "volume/key_fetch.h"

enum store_column {
#define LISTING(name, member) STORE_##name,
#include "base/listing.def"
#undef LISTING
	STORE_COLUMNS
};

/* Rows as luks-ssm-aws wrote them: texts from the network, without control characters. */
struct store_rows {
	struct secret text;                 /* owned; the rows lend from it */
	const char *(*rows)[STORE_COLUMNS]; /* owned */
	size_t count;
	bool cut; /* there is more than had room */
};

#define owned_store_rows owned_by(store_rows_end) struct store_rows

/*
 * Stores VALUE under params->ssm_parameter as a SecureString, never over another. KMS_KEY NULL: the
 * account's own key. RET_PLACE gets its version and region, for key_fetch, and no key.
 * STATUS_PARAMETER_EXISTS also when an earlier try of this very call got through and its answer was
 * lost: read it back. STATUS_BAD_REPLY: it has no version. Also every status of helper_call.
 */
must_use enum status store_put(const struct params *params, const struct secret *value,
	const char *description, const char *kms_key, struct deadline deadline,
	struct fetched_key *ret_place, struct reason *reason);

/*
 * OPERATION_BY_PATH: what lies below params->ssm_parameter; OPERATION_HISTORY: its versions, oldest
 * first. Every status of helper_call.
 */
must_use enum status store_list(const struct params *params, enum operation operation,
	struct deadline deadline, struct store_rows *ret_rows, struct reason *reason);

/* Takes a listing apart. Lines that have not all columns are left out. STATUS_NO_MEMORY. */
must_use enum status
store_rows_parse(const char *bytes, size_t length_bytes, struct store_rows *ret_rows);

void store_rows_end(struct store_rows *rows);

#endif

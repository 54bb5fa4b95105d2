/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stable codes of src/base/status.def, looked up by number. */
#include "base/status.h"

static const char *const codes[STATUS_COUNT] = {
	[STATUS_OK] = "ok",
#define STATUS(name, code) [STATUS_##name] = code,
#include "base/status.def"
#undef STATUS
};

const char *
status_code(enum status status)
{
	/* A number from the other side of a pipe may be anything. */
	if ((unsigned int)status >= STATUS_COUNT)
		return codes[STATUS_INTERNAL];
	return codes[status];
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of state.def, looked up by number. */
#include "volume/view.h"

static const char *const words[STATE_COUNT] = {
#define STATE(name) [STATE_##name] = #name,
#include "volume/state.def"
#undef STATE
};

const char *
state_word(enum state state)
{
	return (unsigned int)state < STATE_COUNT ? words[state] : words[STATE_UNREADABLE];
}

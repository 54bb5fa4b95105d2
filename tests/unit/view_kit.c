/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See view_kit.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view_kit.h"

enum state
view_look(const struct params *params, enum status *ret_why)
{
	struct wanted wanted;
	struct view view;

	wanted_make(params, "vol", &wanted);
	view_take(&wanted, deadline_in_ms(10000), &view);
	enum state state = view.state;

	assert_int_equal(view.reason.text[0] == '\0', state == STATE_ACTIVE);
	*ret_why = view.reason.status;
	view_end(&view);
	return state;
}

void
expect(const struct params *params, enum state state, enum status why)
{
	enum status found;

	assert_string_equal(state_word(view_look(params, &found)), state_word(state));
	assert_string_equal(status_code(found), status_code(why));
}

const struct params ordinary = {.device = "dev/nvme1n1", .directory = "/srv/vol"};
const struct params pinned = {.device = "/nowhere", .directory = "/srv/vol", .luks_uuid = UUID};

struct dm_device *
open_volume(void)
{
	struct dm_device *mapping = fake_mapping("vol", 0, LUKS);

	fake_disk("nvme1n1", 259, 1);
	fake_file("sys/devices/nvme1n1/device/serial", "vol0123456789abcdef0\n");
	fake_stack("dm-0", "nvme1n1", 259, 1);
	return mapping;
}

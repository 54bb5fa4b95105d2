# SPDX-License-Identifier: GPL-2.0-or-later
if ((CURRENT == 2)); then
	_describe command _luks_ssm_commands
else
	_luks_ssm_options $words[2]
fi

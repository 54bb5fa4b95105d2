# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulator of the parts of AWS that luks-ssm talks to. See README.md."""
from .emulator import (ADMIN_KEY, ADMIN_SECRET, DEFAULT_KEY_ID, NOBODY_KEY, NOBODY_SECRET,
                       READER_KEY, READER_SECRET, Emulator, reader_policy)
from .control import ask
from .world import ACCOUNT, REGION

__all__ = ["ACCOUNT", "ADMIN_KEY", "ADMIN_SECRET", "DEFAULT_KEY_ID", "Emulator", "NOBODY_KEY",
           "NOBODY_SECRET", "READER_KEY", "READER_SECRET", "REGION", "ask", "reader_policy"]

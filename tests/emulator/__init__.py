# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulator of the parts of AWS that luks-ssm talks to. See README.md.

Names are loaded when they are first used: a shell that only asks the control socket pays for
no TLS and no botocore.
"""
from importlib import import_module

_HOME = {name: "emulator" for name in (
    "ADMIN_KEY", "ADMIN_SECRET", "DEFAULT_KEY_ID", "NOBODY_KEY", "NOBODY_SECRET", "READER_KEY",
    "READER_SECRET", "Emulator", "reader_policy")}
_HOME.update({"ask": "control", "ControlError": "control", "ACCOUNT": "world", "REGION": "world"})

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)

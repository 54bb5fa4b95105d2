# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulator's idea of time, which a test may shift.

Everything that compares or prints a date asks this clock; sleeps use real time.
"""
from __future__ import annotations

import time
from datetime import datetime, timezone
from email.utils import formatdate


class Clock:
    def __init__(self) -> None:
        self.offset_s = 0.0

    def now(self, extra_s: float = 0.0) -> float:
        return time.time() + self.offset_s + extra_s


def http_date(moment: float) -> str:
    return formatdate(moment, usegmt=True)


def iso_date(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def amz_date(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def parse_amz_date(text: str) -> float:
    """Seconds since the epoch; ValueError when it is not YYYYMMDDTHHMMSSZ."""
    parsed = datetime.strptime(text, "%Y%m%dT%H%M%SZ")
    return parsed.replace(tzinfo=timezone.utc).timestamp()

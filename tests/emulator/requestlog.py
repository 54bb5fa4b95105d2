# SPDX-License-Identifier: GPL-2.0-or-later
"""What was asked, as JSON lines and as counters. Never a value, a secret key, or a token."""
from __future__ import annotations

import json
import threading
from collections import Counter


class RequestLog:
    """rows: the newest entries, for tests in process; path: the same as lines in a file."""

    KEPT = 10000

    def __init__(self, path: str | None = None):
        self._lock = threading.Lock()
        self._stream = open(path, "a", encoding="utf-8", buffering=1) if path else None
        self.rows: list[dict] = []
        self.counters: Counter = Counter()

    def count(self, name: str, amount: int = 1) -> None:
        with self._lock:
            self.counters[name] += amount

    def add(self, row: dict) -> None:
        row = {key: value for key, value in row.items() if value not in (None, [], "")}
        with self._lock:
            self.counters[f"{row['service']}.{row['operation']}"] += 1
            self.counters["requests"] += 1
            if row.get("code"):
                self.counters[f"error.{row['code']}"] += 1
            self.rows.append(row)
            if len(self.rows) > self.KEPT:
                del self.rows[:self.KEPT // 2]
            if self._stream:
                self._stream.write(json.dumps(row) + "\n")

    def reset(self) -> None:
        with self._lock:
            self.rows.clear()
            self.counters.clear()

    def snapshot(self) -> dict:
        with self._lock:
            return dict(self.counters)

    def tail(self, count: int = 100) -> list:
        with self._lock:
            return self.rows[-count:]

    def close(self) -> None:
        with self._lock:
            if self._stream:
                self._stream.close()
                self._stream = None

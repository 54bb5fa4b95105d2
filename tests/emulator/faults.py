# SPDX-License-Identifier: GPL-2.0-or-later
"""The fault script: what goes wrong, for whom, and how often.

A script is a list of Fault; every one that matches a request takes part, in the order of adding.
"""
from __future__ import annotations

import fnmatch
import threading
import time
from dataclasses import asdict, dataclass, field, fields

# What a fault can do; the value says at which moment it acts.
ACTIONS = {
    "connect_delay": "connect", "connect_reset": "connect", "connect_close": "connect",
    "connect_hang": "connect",
    "delay": "answer", "hang": "answer", "reset": "answer", "close": "answer", "error": "answer",
    "expired_token": "answer", "html": "answer", "redirect": "answer", "body": "answer",
    "skew": "date",
    "body_delay": "shape", "truncate": "shape", "oversize": "shape", "chunked": "shape",
    "content_type": "shape", "drip": "shape", "no_length": "shape",
}
STATUS_OF = {
    "ThrottlingException": 400, "TooManyRequestsException": 429, "InternalServerError": 500,
    "ServiceUnavailable": 503, "AccessDenied": 403, "KMSInternalException": 500,
    "KeyUnavailableException": 500, "DependencyTimeoutException": 500,
}
TEXT_OF = {"ThrottlingException": "Rate exceeded", "Throttling": "Rate exceeded",
           "ExpiredTokenException": "The security token included in the request is expired"}


@dataclass
class Fault:
    """One line of the script. do and the filters first, then what single actions need."""

    do: str
    service: str = "*"          # ssm, kms, sts, imds, container; connect faults: https, http
    operation: str = "*"        # GetParameter, AssumeRole, token, role, credentials; * and ? work
    credential: str = "*"       # access key id; * and ? work
    host: str = "*"             # the Host header, such as ssm.eu-west-1.*; * and ? work
    nth: object = None          # 2, or [2, 4]: only these matching requests, the first is 1
    times: int | None = None    # how often it acts at most
    rate: float | None = None   # acts only on what exceeds so many requests per second
    after: bool = False         # act when the service has done its work (an ambiguous put)
    seconds: float = 0.0        # delay, hang's limit (0: until the client leaves), skew, drip's gap
    status: int | None = None
    code: str | None = None     # AWS error code
    message: str | None = None
    nested: str | None = None   # KMS code inside the message of an SSM error
    outer: str | None = None    # for service kms: the code SSM answers with
    bytes: int = 0              # truncate, body_delay: bytes of body sent; oversize: size of the body
    content_type: str | None = None
    location: str | None = None
    body: str | None = None
    shape: str | None = None    # bare, namespace, url: spelling of this error's type
    headers: dict = field(default_factory=dict)
    name: str | None = None
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.do not in ACTIONS:
            raise ValueError(f"unknown action {self.do!r}; one of {', '.join(ACTIONS)}")
        if isinstance(self.nth, int):
            self.nth = [self.nth, self.nth]
        self._allowance = self.rate or 0.0
        self._filled_at = time.monotonic()

    @classmethod
    def from_dict(cls, row: dict) -> "Fault":
        known = {entry.name for entry in fields(cls)} - {"seen", "fired"}
        unknown = set(row) - known
        if unknown or "do" not in row:
            raise ValueError(f"unknown or missing keys in fault: {sorted(unknown) or ['do']}")
        return cls(**row)

    def as_dict(self) -> dict:
        return {key: value for key, value in asdict(self).items() if value not in (None, {}, "*")}

    @property
    def moment(self) -> str:
        return ACTIONS[self.do]

    def fits(self, service: str, operation: str, credential: str | None, host: str) -> bool:
        return (fnmatch.fnmatchcase(service, self.service)
                and fnmatch.fnmatchcase(operation, self.operation)
                and fnmatch.fnmatchcase(credential or "", self.credential)
                and fnmatch.fnmatchcase(host, self.host))

    def _exceeds_rate(self) -> bool:
        now = time.monotonic()
        self._allowance = min(max(self.rate, 1.0),
                              self._allowance + (now - self._filled_at) * self.rate)
        self._filled_at = now
        if self._allowance >= 1:
            self._allowance -= 1
            return False
        return True

    def takes(self) -> bool:
        """Count a matching request and say whether the fault acts on it. Caller holds the lock."""
        self.seen += 1
        if self.nth and not self.nth[0] <= self.seen <= self.nth[1]:
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        if self.rate is not None and not self._exceeds_rate():
            return False
        self.fired += 1
        return True


class FaultScript:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        with self.lock:
            self.rows.append(fault)
        return fault

    def clear(self, name: str | None = None) -> int:
        """Remove all faults, or those of one name; says how many."""
        with self.lock:
            kept = [row for row in self.rows if name is not None and row.name != name]
            gone = len(self.rows) - len(kept)
            self.rows = kept
        return gone

    def take(self, service: str, operation: str, credential: str | None, connect: bool = False,
             inner: bool = False, host: str = "") -> list[Fault]:
        """The faults that act on this request (or on this connection), each counted once.

        inner: a call that one service makes to another; only faults that name the service count.
        """
        if not self.rows:
            return []
        with self.lock:
            return [row for row in self.rows
                    if (row.moment == "connect") == connect and not (inner and row.service == "*")
                    and row.fits(service, operation, credential, host) and row.takes()]

    def listing(self) -> list[dict]:
        with self.lock:
            return [row.as_dict() for row in self.rows]

# SPDX-License-Identifier: GPL-2.0-or-later
"""Every state of device, mapping and mount that can be built, times start, stop, monitor and probe.

expected.tsv says what must come out; state.sh builds a state in the machine.  Beside the exit code: monitor and probe
change nothing; a start that fails leaves what was there; a start that succeeds has mounted; a stop that succeeds has
left nothing of ours; and what belongs to a stranger is never touched.
"""

import os
import pathlib

from table import Row, cover, rows

HERE = pathlib.Path(__file__).resolve().parent
STATE = "/usr/local/lib/state-matrix.sh"
INSTANCE = "matrix"
DIRECTORY = "/srv/matrix"
PARAMETER = "/luks/matrix"
DISKS = ("volfeed000000000001", "volfeed000000000002", "volfeed000000000003")
LIMIT_S = 150


def prepare(m) -> None:
    """Three disks that stay for all cases of this machine: ours, a stranger's, a copy of ours."""
    if getattr(m, "matrix_uuid", ""):
        m.sh([STATE, "clear"])
        return
    devices = [m.attach_disk(serial, size_mib=48).device for serial in DISKS]
    m.write(STATE, (HERE / "state.sh").read_text(), 0o755)
    m.sh([STATE, "prepare", *devices], timeout=120)
    m.set_baseline()
    m.emulator.put(PARAMETER, "secret")
    m.matrix_uuid = m.sh("cat /run/state-matrix/luks_uuid").strip()


def act(m, row: Row, action: str):
    pin = {"luks_uuid": m.matrix_uuid} if row.identity == "pin" else {}
    return m.agent(action, instance=INSTANCE, device="/run/state-matrix/device", directory=DIRECTORY,
                   ssm_parameter=PARAMETER, device_wait="1", timeout=20, **pin, **m.aws_parameters)


def strangers(shown: str) -> set[str]:
    """What `state.sh show` prints of somebody else's things."""
    return {line for line in shown.splitlines() if "theirs" in line}


class Check:
    """Collects what differs, so that one run of a state tells everything."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.problems: list[str] = []

    def code(self, action: str, result) -> None:
        wanted = getattr(self.row, action)
        if result.rc != wanted:
            self.problems.append(f"{action}: {result.rc} instead of {wanted} ({result.reason})")
        if result.rc not in (0, 7) and not result.reason:
            self.problems.append(f"{action}: {result.rc} without a reason")

    def same(self, what: str, before: str, after: str) -> None:
        if before != after:
            self.problems.append(f"{what}:\n    before {before!r}\n    after  {after!r}")

    def true(self, what: str, fact: bool, shown: str) -> None:
        if not fact:
            self.problems.append(f"{what}: {shown!r}")

    def end(self) -> None:
        assert not self.problems, "; ".join(self.problems)


def run_state(m, row: Row) -> None:
    prepare(m)
    check = Check(row)
    m.sh([STATE, "build", *row.state[:3]])
    before = m.sh([STATE, "show"])
    for action in ("monitor", "probe"):
        check.code(action, act(m, row, action))
        check.same(f"{action} changed the state", before, m.sh([STATE, "show"]))
    result = act(m, row, "start")
    check.code("start", result)
    check_start(check, row, result.rc, before, m.sh([STATE, "show"]))
    m.sh([STATE, "clear"])
    m.sh([STATE, "build", *row.state[:3]])
    before = m.sh([STATE, "show"])
    result = act(m, row, "stop")
    check.code("stop", result)
    check_stop(check, row, result.rc, before, m.sh([STATE, "show"]))
    m.sh([STATE, "clear"])
    check.end()


def check_start(check: Check, row: Row, code: int, before: str, after: str) -> None:
    if code == 0:
        check.true("start left no mount", f"{DIRECTORY} " in after, after)
    # A leftover without a table may be removed by a start that then fails for another reason.
    elif row.mapping != "no-table":
        check.same("a failed start changed the state", before, after)
    check.same("start touched a stranger", "\n".join(sorted(strangers(before))),
               "\n".join(sorted(strangers(after))))


def check_stop(check: Check, row: Row, code: int, before: str, after: str) -> None:
    if "foreign" in row.note or code != 0:
        check.same("stop changed what it may not", before, after)
        return
    left = [line for line in after.splitlines() if line not in strangers(after)]
    check.true("stop left something of ours", not left, after)
    check.same("stop touched a stranger", "\n".join(sorted(strangers(before))),
               "\n".join(sorted(strangers(after))))


def cases():
    """One case a row: all of them, or in a run of everything the part that has every value."""
    table = rows()
    part = table if os.environ.get("LUKS_SSM_WHOLE") else cover(table)
    return [(row.name, LIMIT_S, run_state, (row,)) for row in part]

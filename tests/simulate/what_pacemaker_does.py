# SPDX-License-Identifier: GPL-2.0-or-later
"""Every exit code of agent/ocf_exit.c, given to Pacemaker's own scheduler: what would the cluster do?

Each case is given this host, or by machine/its_own_pacemaker.py a machine: the Pacemaker there is asked.
"""

import pathlib
import re
import subprocess
from typing import NamedTuple

from scheduler import RESOURCE, Decision, Operation, Setting, cib, decide, running_on_1

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Paper alone decides these: true on every node, so a stop everywhere is right.
CERTAIN = {"missing-parameter", "clone"}


class Codes(NamedTuple):
    """The two tables: start's code by failure; monitor, probe, standby and stop by state."""

    start: dict[str, int]
    monitor: dict[str, int]
    probe: dict[str, int]
    standby: dict[str, int]
    stop: dict[str, int]


def codes(side) -> Codes:
    program = side.directory / "exit_codes"
    subprocess.run(["cc", "-std=gnu11", f"-I{SOURCE}/src", f"-I{SOURCE}/agent", "-o", str(program),
                    f"{SOURCE}/tests/simulate/exit_codes.c", f"{SOURCE}/agent/ocf_exit.c", f"{SOURCE}/src/base/status.c",
                    f"{SOURCE}/src/volume/state.c"], check=True)
    found = Codes({}, {}, {}, {}, {})
    for line in subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout.splitlines():
        kind, name, *numbers = line.split()
        if kind == "failure":
            found.start[name] = int(numbers[0])
        else:
            for column, number in zip((found.monitor, found.probe, found.standby, found.stop), numbers):
                column[name] = int(number)
    assert len(found.start) > 50 and len(found.probe) == 8, found
    return found


class Scheduler:
    """Decisions by code, each asked once."""

    def __init__(self, side) -> None:
        self._side = side
        self._known: dict[tuple, Decision] = {}

    def after(self, what: str, code: int) -> Decision:
        if (what, code) not in self._known:
            self._known[what, code] = decide(self._side, getattr(self, f"_{what}")(code))
        return self._known[what, code]

    @staticmethod
    def _probe(code: int) -> str:
        return cib([*running_on_1()[:2], Operation(2, "probe", code, 7, 1)])

    @staticmethod
    def _standby(code: int) -> str:
        return cib(running_on_1(Operation(2, "standby", code, 7, 9)))

    @staticmethod
    def _monitor(code: int) -> str:
        return cib(running_on_1(Operation(1, "monitor", code, 0, 9)))

    @staticmethod
    def _start(code: int) -> str:
        return cib([Operation(1, "start", code, 0, 2), Operation(2, "probe", 7, 7, 1)])

    @staticmethod
    def _stop(code: int) -> str:
        return cib([Operation(1, "start", 0, 0, 2), Operation(1, "stop", code, 0, 3), Operation(2, "probe", 7, 7, 1)])


def test_a_healthy_volume_is_left_alone_by_the_simulation_itself(side):
    decision = decide(side, cib(running_on_1()))
    assert decision.word == "" and not decision.fenced, decision.text


def test_a_standby_without_the_volume_never_touches_the_healthy_node(side):
    table, scheduler = codes(side), Scheduler(side)
    for state in ("ABSENT", "TAKEN"):
        for what, column in (("probe", table.probe), ("standby", table.standby)):
            decision = scheduler.after(what, column[state])
            assert decision.word == "" and not decision.fenced, f"{what} of {state}: {decision.text}"


def test_a_second_copy_or_a_remnant_on_a_standby_is_always_seen_by_the_cluster(side):
    table, scheduler = codes(side), Scheduler(side)
    for state in set(table.probe) - {"ABSENT", "TAKEN"}:
        for what, column in (("probe", table.probe), ("standby", table.standby)):
            decision = scheduler.after(what, column[state])
            assert decision.word in ("Restart", "Recover"), f"{what} of {state}: {decision.text}"


def test_a_monitor_recovers_what_is_broken_on_the_same_node_and_moves_nothing_else(side):
    table, scheduler = codes(side), Scheduler(side)
    for state, code in table.monitor.items():
        decision = scheduler.after("monitor", code)
        if state in ("ACTIVE", "FLAGGED"):
            assert decision.word == "", f"{state}: {decision.text}"
        else:
            assert (decision.word, decision.where) == ("Recover", "n1"), f"{state}: {decision.text}"
        assert not decision.fenced, f"{state}: {decision.text}"


def test_a_failed_start_goes_to_the_other_node_unless_no_node_could_ever_start(side):
    table, scheduler = codes(side), Scheduler(side)
    for failure, code in table.start.items():
        decision = scheduler.after("start", code)
        if failure in CERTAIN:
            assert decision.word == "Stop", f"{failure}: {decision.text}"
        else:
            assert (decision.word, decision.where) == ("Recover", "n1 -> n2"), f"{failure}: {decision.text}"
        assert not decision.fenced, f"{failure}: {decision.text}"


def test_a_stop_that_could_not_prove_its_end_fences_the_node_and_starts_on_the_other(side):
    table, scheduler = codes(side), Scheduler(side)
    asked = 0
    for state, code in table.stop.items():
        if code == 0:
            continue
        asked += 1
        decision = scheduler.after("stop", code)
        assert decision.fenced == {"n1"}, f"{state}: {decision.text}"
        assert (decision.word, decision.where) == ("Recover", "n1 -> n2"), f"{state}: {decision.text}"
    assert asked > 3


def test_the_codes_that_this_agent_avoids_do_the_harm_that_it_avoids_them_for(side):
    """If Pacemaker changes one of these, the tables should be thought over."""
    scheduler = Scheduler(side)
    assert scheduler.after("probe", 6).word == "Stop"
    assert scheduler.after("monitor", 6).word == "Stop"
    assert scheduler.after("stop", 6).word == "Stop"
    for code in (1, 3, 4):
        assert scheduler.after("probe", code).word == "Recover", code
    assert scheduler.after("probe", 190).word == "Restart"
    for code in (0, 1, 2, 5, 190):
        assert scheduler.after("standby", code).word in ("Recover", "Restart"), code
    assert scheduler.after("standby", 6).word == "Stop"


def test_an_ignored_standby_monitor_leaves_the_healthy_node_alone_whatever_it_says(side):
    """What the manual advises whoever adds a monitor with role=Stopped."""
    for code in (0, 1, 2):
        decision = decide(side, cib(running_on_1(Operation(2, "standby", code, 7, 9)), Setting(on_fail="ignore")))
        assert decision.word == "" and not decision.fenced, f"{code}: {decision.text}"


def test_an_action_that_ran_out_of_time_counts_as_one_that_said_1(side):
    for action, expected, word, where, fenced in (("monitor", 0, "Recover", "n1", set()),
                                                  ("start", 0, "Recover", "n1 -> n2", set()),
                                                  ("stop", 0, "Recover", "n1 -> n2", {"n1"})):
        history = [Operation(1, "start", 0, 0, 2)] if action != "start" else []
        decision = decide(side, cib([*history, Operation(1, action, 1, expected, 9, timed_out=True),
                                     Operation(2, "probe", 7, 7, 1)]))
        assert (decision.word, decision.where, decision.fenced) == (word, where, fenced), f"{action}: {decision.text}"
    decision = decide(side, cib(running_on_1(Operation(2, "standby", 1, 7, 9, timed_out=True))))
    assert decision.word in ("Recover", "Restart"), decision.text


def both_failed(ago_s: int, stopped: bool) -> list[Operation]:
    """Start failed on n1, then on n2; the stop that follows a failed start is yet to come, or was well."""
    starts = [Operation(node, "start", 1, 0, 2, ago_s=ago_s) for node in (1, 2)]
    return starts + [Operation(node, "stop", 0, 0, 3, ago_s=ago_s) for node in (1, 2) if stopped]


def test_a_start_that_failed_on_both_nodes_waits_for_its_failure_timeout_and_comes_back(side):
    hour_s = 3600
    decision = decide(side, cib(both_failed(60, stopped=False), Setting(failure_timeout_s=hour_s)))
    assert decision.word == "Stop" and not decision.fenced, decision.text
    for setting, ago_s in ((Setting(), 24 * hour_s), (Setting(failure_timeout_s=hour_s), 60)):
        decision = decide(side, cib(both_failed(ago_s, stopped=True), setting))
        assert decision.word == "", f"{setting}: {decision.text}"
    decision = decide(side, cib(both_failed(2 * hour_s, stopped=True), Setting(failure_timeout_s=hour_s)))
    assert decision.word == "Start", decision.text


def test_without_fencing_a_stop_that_could_not_prove_its_end_blocks_the_volume(side):
    history = [Operation(1, "start", 0, 0, 2), Operation(1, "stop", 1, 0, 3), Operation(2, "probe", 7, 7, 1)]
    decision = decide(side, cib(history, Setting(fencing=False)))
    assert decision.word == "" and not decision.fenced and "FAILED n1 (blocked)" in decision.text, decision.text


def test_a_clone_whose_start_was_refused_on_one_node_is_begun_on_no_other(side):
    """Two copies of one volume would destroy it: the code is one that tells all nodes."""
    code = codes(side).start["clone"]
    for history in ([Operation(1, "start", code, 0, 2), Operation(2, "probe", 7, 7, 1)],
                    [Operation(1, "start", code, 0, 2), Operation(1, "stop", 0, 0, 3), Operation(2, "probe", 7, 7, 1)]):
        decision = decide(side, cib(history, Setting(clone=True)))
        assert decision.word in ("Stop", "") and "Start" not in decision.text.partition("Transition")[2], decision.text
    # With one that tells this node alone, the other node would go on.
    decision = decide(side, cib([Operation(1, "start", 2, 0, 2), Operation(2, "probe", 7, 7, 1)], Setting(clone=True)))
    assert re.search(rf"\* Start +{RESOURCE}:1 +\( *n2 \)", decision.text), decision.text

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares our plan for each case of cases.json with botocore's committed answer, or with the case's own where we differ.

    compare.py PLAN_PRINT       the program of the build directory; 1 where one case differs
"""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import credential_cases

HERE = Path(__file__).resolve().parent


def quoted(text: str) -> str:
    """A value in the form of systemd's EnvironmentFile."""
    return '"' + "".join("\\" + c if c in '"\\`$' else c for c in text) + '"'


def ours(program: str, case: dict) -> dict:
    with credential_cases.laid_out(case) as (directory, variables, texts):
        file = Path(directory) / "environment"
        file.write_text("".join(f"{name}={quoted(value)}\n" for name, value in variables.items()), encoding="utf-8")
        file.chmod(0o600)
        params = {"environment_file": str(file), **{k: texts.show(v) for k, v in case.get("params", {}).items()}}
        done = subprocess.run([program, *(f"{name}={value}" for name, value in params.items())], timeout=30,
                              stdout=subprocess.PIPE, check=True, env={"LC_ALL": "C"})
        return json.loads(texts.hide(done.stdout.decode()))


def wanted(case: dict, answers: dict) -> dict:
    return case["ours"] if "why" in case else answers[case["name"]]


def differs(found: dict, expected: dict, case: dict) -> str | None:
    """None where they agree. botocore names errors otherwise: there only the case's own code counts."""
    if "error" in expected:
        code = case.get("code") or expected["error"]
        return None if found.get("error") == code else f"expected the refusal {code}, found {found}"
    if "error" in found:
        return f"expected {expected}, found {found}"
    # Botocore's signature shows the key id but not the secret of a role's source.
    ignored = {"secret_key"} if expected["roles"] and "why" not in case else set()
    for name in (found.keys() | expected.keys()) - ignored:
        if found.get(name) != expected.get(name):
            return f"{name}: expected {expected.get(name)!r}, found {found.get(name)!r}"
    return None


def agrees(case: dict, answer: dict) -> bool:
    return answer == case["ours"] or ("error" in answer and "error" in case["ours"])


def main() -> int:
    answers = json.loads((HERE / "botocore.json").read_text(encoding="utf-8"))["answers"]
    cases, wrong = credential_cases.load(), 0
    if answers.keys() != {case["name"] for case in cases}:
        print("botocore.json and cases.json name different cases; run botocore_answers.py")
        return 1
    for case in cases:
        why = differs(ours(sys.argv[1], case), wanted(case, answers), case)
        if "why" in case and not why and agrees(case, answers[case["name"]]):
            why = "botocore says the same: take why and ours out"
        if why:
            wrong += 1
            print(f"{case['name']}: {why}")
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

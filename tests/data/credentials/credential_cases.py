# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads cases.json and lays a case out on disk. {dir} in its texts is the directory of its files."""
from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def load() -> list[dict]:
    return json.loads((HERE / "cases.json").read_text(encoding="utf-8"))["cases"]


class Texts:
    def __init__(self, directory: str):
        self.directory = directory

    def show(self, text: str) -> str:
        return text.replace("{dir}", self.directory)

    def hide(self, text: str) -> str:
        return text.replace(self.directory, "{dir}")


@contextlib.contextmanager
def laid_out(case: dict):
    """Yields the directory, the variables of the case, and its texts. Both shared files are always named, so that
    nobody's own are read."""
    with tempfile.TemporaryDirectory(prefix="luks-ssm-cases-") as directory:
        texts = Texts(directory)
        files = {"credentials": "", "config": "", **case.get("files", {})}
        for name, text in files.items():
            path = Path(directory) / name
            path.write_text(texts.show(text), encoding="utf-8")
            path.chmod(0o600)
        variables = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_SHARED_CREDENTIALS_FILE": "{dir}/credentials",
                     "AWS_CONFIG_FILE": "{dir}/config", **case.get("environment", {})}
        yield directory, {name: texts.show(value) for name, value in variables.items() if value is not None}, texts

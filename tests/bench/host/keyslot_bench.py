# SPDX-License-Identifier: GPL-2.0-or-later
"""A slot with the key that `luks-ssm format` makes against one with cryptsetup's default derivation: what an unlock costs."""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from bench import Figures, HERE, hold, rounds, save, show  # noqa: E402
from emulator import ADMIN_KEY, ADMIN_SECRET, Emulator  # noqa: E402
from lab.marks import limit  # noqa: E402

NAME = "/luks/bench"
REGION = "eu-central-1"
IMAGE_BYTES = 40 << 20
# What cryptsetup gives a slot on a host that is neither slow nor busy: its memory and at least its passes (cryptsetup(8),
# --pbkdf-memory and --pbkdf-force-iterations). On a busy one it would choose less, and the ratio would be that of the load.
DEFAULT = ("--pbkdf", "argon2id", "--pbkdf-memory", "1048576", "--pbkdf-parallel", "4", "--pbkdf-force-iterations", "4")


def _format(build: pathlib.Path, where: pathlib.Path, emulator) -> tuple[pathlib.Path, pathlib.Path]:
    """A volume as luks-ssm makes it, in a file, and its key in another."""
    image, key = where / "image", where / "key"
    with open(image, "wb") as file:
        file.truncate(IMAGE_BYTES)
    subprocess.run([build / "tests/cli/luks-ssm", "format", image, f"--ssm-parameter={NAME}", f"--region={REGION}", "--no-filesystem",
                    f"--endpoint-url={emulator.endpoint}", f"--ca-bundle={emulator.write_ca(str(where / 'ca.pem'))}"],
                   env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(where), "AWS_ACCESS_KEY_ID": ADMIN_KEY,
                        "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET}, stdout=subprocess.DEVNULL, check=True, timeout=60)
    root = emulator._root(REGION)  # pylint: disable=protected-access
    stored = emulator.ssm.handle("GetParameterHistory", {"Name": NAME, "WithDecryption": True}, root)
    with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(stored["Parameters"][-1]["Value"])
    return image, key


@limit(900)
def test_a_generated_key_costs_a_hundredth_of_a_stretched_one(h):
    assert h.builds.build("helper"), "the programs could not be built"
    with tempfile.TemporaryDirectory(prefix="luks-ssm-bench-") as name, Emulator() as emulator:
        where = pathlib.Path(name)
        image, key = _format(h.builds.directory("helper"), where, emulator)
        stretched = where / "stretched"
        with open(stretched, "wb") as file:
            file.truncate(IMAGE_BYTES)
        subprocess.run(["cryptsetup", "luksFormat", "--batch-mode", "--type", "luks2", *DEFAULT, "--key-file", key, stretched],
                       check=True, timeout=120)
        tool = where / "measure"
        subprocess.run(["gcc", "-O2", "-o", str(tool), str(HERE / "measure.c")], check=True)
        words = []
        for side, path in (("ours", image), ("default", stretched)):
            words += [side, f"/usr/sbin/cryptsetup open --test-passphrase --key-file {key} {path}"]
        words += ["look", f"/usr/sbin/cryptsetup isLuks {image}"]
        figures = Figures(subprocess.run([str(tool), str(rounds()), *words], stdout=subprocess.PIPE, text=True, check=True,
                                         timeout=800).stdout)
    for side in ("ours", "default", "look"):
        assert figures.codes(side) == {0}, f"{side} answered {figures.codes(side)}"
    # Both sides load the same program and read a header of the same size.
    look = {column: figures.median("look", column) for column in (1, 2)}
    ratio = {what: (figures.median("default", column) - look[column]) / max(figures.median("ours", column) - look[column], 1)
             for what, column in (("wall", 1), ("cpu", 2))}
    results: list = []
    show(results, "unlock: cryptsetup's default slot over that of a generated key", ratio, "cpu at least 100", {"wall", "cpu"})
    save(results)
    if os.environ.get("LUKS_SSM_WHOLE"):
        hold(ratio["cpu"], least=100)

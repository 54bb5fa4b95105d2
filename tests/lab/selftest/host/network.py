# SPDX-License-Identifier: GPL-2.0-or-later
"""The hub between the nodes passes frames, and loses, delays or cuts them as it is told, each way by itself."""

import pathlib
import socket
import tempfile
import time

from lab.hub import Hub, mac

BROADCAST = "ff:ff:ff:ff:ff:ff"


class Wire:
    """Two or three cards on one hub."""

    def __init__(self, names=("one", "two", "three")) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="luks-ssm-lab.")
        self.directory = pathlib.Path(self._place.name)
        self.hub = Hub(self.directory, list(names))
        self.cards = {}
        for name in names:
            card = self.cards[name] = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            card.bind(str(self.directory / f"{name}.nic"))
            card.settimeout(0.5)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_what) -> None:
        self.hub.close()
        for card in self.cards.values():
            card.close()
        self._place.cleanup()

    def send(self, source: str, target: str, text: bytes = b"hello") -> None:
        frame = bytes.fromhex(target.replace(":", "")) + bytes(8) + text
        self.cards[source].sendto(frame, str(self.directory / f"{source}.hub"))

    def got(self, name: str) -> bytes | None:
        try:
            return self.cards[name].recv(2000)[14:]
        except TimeoutError:
            return None


def test_a_frame_reaches_its_card_and_a_broadcast_all_others(host):
    with Wire() as wire:
        wire.send("one", mac(2))
        assert (wire.got("two"), wire.got("three")) == (b"hello", None)
        wire.send("three", BROADCAST)
        assert (wire.got("one"), wire.got("two"), wire.got("three")) == (b"hello", b"hello", None)


def test_a_cut_one_way_leaves_the_other_way(host):
    with Wire() as wire:
        wire.hub.cut("one", "two", both_ways=False)
        wire.send("one", mac(2))
        wire.send("two", mac(1))
        assert (wire.got("two"), wire.got("one")) == (None, b"hello")
        wire.hub.heal()
        wire.send("one", mac(2))
        assert wire.got("two") == b"hello"


def test_a_cut_both_ways_leaves_the_third(host):
    with Wire() as wire:
        wire.hub.cut("one")
        wire.send("one", BROADCAST)
        wire.send("two", BROADCAST)
        assert (wire.got("one"), wire.got("two"), wire.got("three")) == (None, None, b"hello")


def test_a_delayed_frame_comes_late_and_a_dropped_one_never(host):
    with Wire() as wire:
        wire.hub.rule("one", "two", delay_ms=300)
        began = time.monotonic()
        wire.send("one", mac(2))
        assert wire.got("two") == b"hello" and time.monotonic() - began >= 0.29
        wire.hub.rule("one", "two", drop=1.0)
        wire.send("one", mac(2))
        assert wire.got("two") is None

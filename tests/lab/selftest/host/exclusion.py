# SPDX-License-Identifier: GPL-2.0-or-later
"""The judges of the cluster tests find what they are made to find: overlapping writers, lost and doubled records."""

from lab import writes
from lab.records import RECORD_BYTES, Record, verify

TRACE = """\
1@100.000000:bdrv_open_common bs 0xa filename "/d/data.raw" flags 0xa002 format_name "file"
1@100.000001:bdrv_open_common bs 0xb filename "/d/data.raw" flags 0x2002 format_name "raw"
1@100.000002:bdrv_open_common bs 0xc filename "/d/root.qcow2" flags 0x2002 format_name "qcow2"
"""


def trace(host, name: str, *moments: float, device: str = "0xb"):
    path = host.directory / f"{name}.trace"
    path.write_text(TRACE + "".join(
        f"1@{moment:.6f}:blk_co_pwritev blk 0x1 bs {device} offset 4096 bytes 512 flags 0x0\n" for moment in moments),
        encoding="ascii")
    return type("Traced", (), {"name": name, "trace": path})()


def refused(function, *arguments) -> str:
    try:
        function(*arguments)
    except AssertionError as error:
        return str(error)
    raise AssertionError("it was let through")


def test_writers_one_after_the_other_pass(host):
    nodes = [trace(host, "node1", 101, 102), trace(host, "node2", 103, 104)]
    found = writes.check_exclusion(writes.merged(nodes, "/d/data.raw"), ["node1", "node2"])
    assert [part.count for part in found] == [2, 2]


def test_one_late_write_of_the_old_node_is_found(host):
    nodes = [trace(host, "node1", 101, 103.5), trace(host, "node2", 103, 104)]
    text = refused(writes.check_exclusion, writes.merged(nodes, "/d/data.raw"), ["node1", "node2"])
    assert "node1 wrote 1 times from 103.500" in text


def test_writes_to_another_disk_do_not_count(host):
    nodes = [trace(host, "node1", 101, 105, device="0xc"), trace(host, "node2", 103)]
    assert writes.check_exclusion(writes.merged(nodes, "/d/data.raw"), ["node2"])


def records(*rows: tuple[int, str]) -> bytes:
    return b"".join(f"{number:012d} {run} 1.000".encode().ljust(RECORD_BYTES - 1) + b"\n" for number, run in rows)


def test_a_whole_file_passes(host):
    known = [Record(1, "node1.1", 1.0), Record(3, "node2.2", 3.0)]
    assert verify(records((1, "node1.1"), (2, "node1.1"), (3, "node2.2")), known) == 3


def test_a_lost_acknowledged_record_is_found(host):
    known = [Record(1, "node1.1", 1.0), Record(2, "node1.1", 2.0)]
    assert "1 acknowledged records are lost" in refused(verify, records((1, "node1.1")), known)
    # The next writer gave the number away again.
    assert "are lost" in refused(verify, records((1, "node1.1"), (2, "node2.2")), known)


def test_a_doubled_or_missing_number_is_found(host):
    assert "has the number 1" in refused(verify, records((1, "a.1"), (1, "b.2")), [])
    assert "has the number 3" in refused(verify, records((1, "a.1"), (3, "b.2")), [])


def test_a_damaged_record_is_found(host):
    assert "record 2 is damaged" in refused(verify, records((1, "a.1")) + bytes(RECORD_BYTES), [])

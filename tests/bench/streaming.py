"""`crosswalk map` as its users run it, in a process of its own: memory, CPU and pace on a long stream."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.orders import FOLDER, PROJECT, WIDE, Material

#: The sample has a few spoilt orders; they come round like all others.
REJECTED = 65
#: Runs a command and says what it took. A process counts as large as the one that it came from was, and this
#: one is small.
_LAUNCHER = """
import json, resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, took.ru_maxrss, took.ru_utime + took.ru_stime]))
"""
_ID = re.compile(rb'^\{"id":[0-9]+')


@dataclass(frozen=True)
class Run:
    """What one child process took: `peak` in bytes, `cpu` and `wall` in seconds."""

    records: int
    peak: int
    cpu: float
    wall: float


def numbered(raw: list[bytes], records: int) -> Iterator[bytes]:
    """`records` orders as lines: the sample again and again, each with an id of its own."""
    for number in range(records):
        yield _ID.sub(b'{"id":%d' % (300_000 + number), raw[number % len(raw)]) + b"\n"


def map_stream(material: Material, records: int) -> Run:
    """`crosswalk map` over `records` orders, fed through a pipe; the outputs are thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        idmap = Path(folder) / "idmap.csv"
        keys = "".join(f"customer,{key},C{key}\n" for key in material.related["contact"])
        idmap.write_text(f"entity,source,target\n{keys}")
        started = time.perf_counter()
        arguments = [
            *(str(Path(sys.executable).with_name("crosswalk")), "map", str(WIDE)),
            *("--in", "-", "--out", os.devnull, "--rejects", os.devnull),
            *("--related", str(_related(Path(folder))), "--idmap", str(idmap)),
            *("--lookups", str(PROJECT / "lookups")),
        ]
        child = subprocess.Popen(
            [sys.executable, "-c", _LAUNCHER, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # what it says is told below
            for line in numbered(material.raw, records):
                child.stdin.write(line)
        said, complaint = child.communicate()
        wall = time.perf_counter() - started
    code, kilobytes, cpu = json.loads(said)
    if code not in (0, REJECTED):
        raise RuntimeError(f"crosswalk map ended with {code}: {complaint.decode(errors='replace')[-2000:]}")
    return Run(records, kilobytes * 1024, cpu, wall)


def _related(folder: Path) -> Path:
    """A folder with the related records."""
    for entity in ("contact", "product"):
        (folder / f"{entity}.ndjson").symlink_to(FOLDER / f"{entity}s.ndjson")
    return folder


def memory(material: Material, records: int) -> dict[str, Any]:
    """Peak memory of `records` orders above that of 200, in MB; the pace of the long run."""
    short, long = map_stream(material, 200), map_stream(material, records)
    return {
        "peak_mb": (long.peak - short.peak) / 1e6,
        "short_mb": short.peak / 1e6,
        "cpu_us": (long.cpu - short.cpu) / (long.records - short.records) * 1e6,
        "per_second": (long.records - short.records) / (long.wall - short.wall),
    }

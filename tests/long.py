"""Run the long tests one by one; what passed stays passed until the code changes.

    python tests/long.py                 all of them
    python tests/long.py --shard 1/4     every fourth, beginning with the first
    python tests/long.py -k SS-MM        those whose name contains a text

Each outcome is a small file under `.cache/long/`, so a run may be broken off and taken up again,
and shards may run side by side.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent
STORE = ROOT / ".cache" / "long"
PYTEST = [sys.executable, "-m", "pytest", "-m", "long", "-q", "-p", "no:cacheprovider"]


def main(arguments: list[str] | None = None) -> int:
    """Run the wanted tests that have not passed yet; return 0 if all of them pass."""
    parser = argparse.ArgumentParser(description="Run the long tests; passed ones are not rerun.")
    parser.add_argument("--shard", type=shard_of, default=(1, 1), metavar="K/N")
    parser.add_argument("-k", dest="text", default="", help="only tests whose name contains this")
    chosen = parser.parse_args(arguments)
    tests = [test for test in collected() if chosen.text in test]
    k, n = chosen.shard
    state = fingerprint()
    failed = [test for test in tests[k - 1 :: n] if not passes(test, state)]
    for test in failed:
        print(f"FAILED {test}: see {record_of(test).with_suffix('.txt').relative_to(ROOT)}")
    print(f"{len(tests[k - 1 :: n])} long tests, {len(failed)} failed")
    return 1 if failed or not tests else 0


def shard_of(text: str) -> tuple[int, int]:
    """Read `k/n` with 1 <= k <= n."""
    k, _, n = text.partition("/")
    if not (k.isdigit() and n.isdigit() and 1 <= int(k) <= int(n)):
        raise argparse.ArgumentTypeError(f"{text!r} is not K/N with 1 <= K <= N")
    return int(k), int(n)


def collected() -> list[str]:
    """Return the names of all long tests."""
    command = [*PYTEST, "--collect-only", "tests"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode not in (0, 5):
        sys.exit(listed.stdout + listed.stderr)
    return [line for line in listed.stdout.splitlines() if "::" in line]


def fingerprint() -> str:
    """Return a hash of everything that the outcomes depend on."""
    digest = sha256()
    for path in sorted([*ROOT.glob("sim/**/*.py"), *ROOT.glob("tests/**/*.py")]):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def record_of(test: str) -> Path:
    """Return the file in which the outcome of a test is kept."""
    return STORE / f"{sha256(test.encode()).hexdigest()[:16]}.json"


def passes(test: str, state: str) -> bool:
    """Whether a test has passed with this code, or passes now."""
    record = record_of(test)
    if record.exists() and json.loads(record.read_text())["state"] == state:
        print(f"passed before   {test}", flush=True)
        return True
    began = time.monotonic()
    run = subprocess.run([*PYTEST, test], cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    print(f"{'passed' if run.returncode == 0 else 'FAILED'} {seconds:7.0f} s  {test}", flush=True)
    STORE.mkdir(parents=True, exist_ok=True)
    record.with_suffix(".txt").write_text(run.stdout + run.stderr)
    if run.returncode == 0:
        aside = record.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps({"test": test, "state": state, "seconds": round(seconds)}))
        aside.replace(record)
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

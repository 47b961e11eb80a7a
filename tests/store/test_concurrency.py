"""Many at once: threads of one process, and processes beside each other."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.store.many import tell_at_once
from tests.store.told import Clock, a_decision, an_action

from nextplay.store import Store
from nextplay.store.records import WorklistFilter

ROOT = Path(__file__).parents[2]
DUPLICATES = 50


def test_fifty_duplicates_of_threads_are_one_row_with_one_receipt(store: Store) -> None:
    """Whoever of fifty threads is first, all get the same receipt, and there is one row of it."""
    store.log([a_decision(an_action())])
    receipts = tell_at_once(store, DUPLICATES)
    assert len(receipts) == DUPLICATES
    assert len(set(receipts)) == 1
    records = list(store.records())
    assert sum(record.request_id == "the-one" for record in records) == 1
    assert len(records) == DUPLICATES + 1


def test_duplicates_of_processes_are_one_row_with_one_receipt(store: Store, store_url: str) -> None:
    """Three processes with seventeen threads each, on one database: one row, equal receipts, nobody refused."""
    store.log([a_decision(an_action())])
    command = [sys.executable, "-m", "tests.store.many", store_url, "17"]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda process: process.communicate("go\n", timeout=60)[0], processes))
    assert [process.returncode for process in processes] == [0, 0, 0]
    receipts = [tuple(receipt) for text in said for receipt in json.loads(text)]
    assert len(receipts) == 51
    assert len(set(receipts)) == 1
    assert sum(record.request_id == "the-one" for record in store.records()) == 1


def test_groups_of_many_threads_are_all_written(store: Store, clock: Clock) -> None:
    """Sixteen threads log the same actions of the same accounts while others read: nothing fails, nothing is lost."""
    names = ["acme", "b", "c"]

    def log(number: int) -> int:
        order = names if number % 2 else names[::-1]
        decisions = [
            a_decision(*[an_action(f"{name}-{key}") for key in range(number % 4)], account_id=name) for name in order
        ]
        left_out = store.log(decisions)
        store.actions("", WorklistFilter(), size=50)
        return left_out

    clock.later(hours=1)
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(log, range(64))) == 0
    assert store.status().decisions == 64 * 3
    assert store.check() == ()

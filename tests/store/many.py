"""A process that tells the same thing from many threads at once, and other things besides.

`python -m tests.store.many URL THREADS` says `ready`, waits for a line, and writes the receipts as JSON.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import time_ns

from tests.store.told import T0, Clock, a_reaction

from nextplay.store import Store
from nextplay.store.records import Answer, Receipt


def tell_at_once(store: Store, threads: int) -> list[Receipt]:
    """Tell one thing from many threads under one `request_id`, beside one of its own for each; return the receipts."""
    together = Barrier(threads)

    def tell(number: int) -> Receipt:
        together.wait()
        store.record("", f"own-{time_ns()}-{number}", Answer("acme", "slow_start", "yes", T0))
        receipt = store.record("", "the-one", a_reaction("accepted"))
        store.history("", "acme")
        return receipt

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(tell, range(threads)))


if __name__ == "__main__":
    url, threads = sys.argv[1], int(sys.argv[2])
    clock = Clock()
    clock.later(seconds=time_ns() % 1000)
    with Store.open(url, clock=clock) as opened:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        receipts = tell_at_once(opened, threads)
    json.dump([[receipt.record_id, receipt.recorded_at.isoformat()] for receipt in receipts], sys.stdout)

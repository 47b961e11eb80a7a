"""One process of `bench.sizes`: loads a release, loads it anew beside the first, decides; prints what each took.

python -m bench.size_probe RULES MODELS ACCOUNTS.json ENGINE
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from nextplay.decider import Decider
from nextplay.decision import Options
from nextplay.release import load_release
from nextplay.snapshot import read_snapshot


def main() -> None:
    """Measure one release."""
    rules, models, accounts, engine = sys.argv[1:]
    inference: Any = engine
    serving = load_release(Path(rules), Path(models), inference=inference)
    decider = Decider(serving)
    # The clock of the process began with the process, so the interpreter and all imports are in it.
    found: dict[str, float] = {"start_seconds": time.process_time(), "memory": resident_mib()}
    begin = time.process_time()
    beside = load_release(Path(rules), Path(models), inference=inference)
    found |= {"again_seconds": time.process_time() - begin, "both": resident_mib()}
    beside.close()
    found["decision_us"] = decision_us(decider, json.loads(Path(accounts).read_text(encoding="utf-8")))
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    serving.close()
    sys.stdout.write(json.dumps(found))


def resident_mib() -> float:
    """Return the memory that this process holds, in MiB; 0 where the system has no /proc."""
    gc.collect()
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def decision_us(decider: Decider, documents: list[dict[str, Any]]) -> float:
    """Return the microseconds of processor time from a snapshot to its decision, the median over the accounts."""
    gc.freeze()
    times = []
    for turn in range(4):
        for document in documents:
            begin = time.thread_time_ns()
            decider.decide(read_snapshot(document), options=Options())
            if turn:
                times.append((time.thread_time_ns() - begin) / 1000)
    return sorted(times)[len(times) // 2]


if __name__ == "__main__":
    main()

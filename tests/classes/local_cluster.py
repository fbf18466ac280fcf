"""A Dask cluster of two worker processes on this machine, until the standard input ends; prints its address first.

python -m tests.classes.local_cluster [THREADS]
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

if __name__ == "__main__":
    distributed: Any = import_module("distributed")
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=threads, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        print(cluster.scheduler_address, *(nanny.pid for nanny in cluster.workers.values()), flush=True)
        sys.stdin.read()

"""The processes of a Dask cluster as workers."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from math import ceil
from typing import Any, Generic

from grader.classes.engine import fingerprint
from grader.classes.engine.cores import kept_to, shared_out
from grader.classes.engine.work import Item, Make, NotDone, Result, Setup, WorkersError, Workforce, reason

try:
    # Not by name: type checkers are to say the same whether the extra is installed or not.
    distributed: Any = import_module("distributed")
    dask: Any = import_module("dask")
except ImportError:
    raise WorkersError("a Dask cluster needs the package distributed: pip install 'handgrad[cluster]'") from None

CONNECT_SECONDS = 10

QUIET = {"distributed.admin.large-graph-warning-threshold": "1 TiB"}
"""Dask advises programmers when a task has 10 MB; submissions may."""

AHEAD = 3
"""Tasks that a thread of the cluster has at a time: the way to it and back is long."""

MAX_BUNDLE = 16
"""Items of a task, at most: where its worker dies, all of them are begun again."""

BUNDLE_SECONDS = 1
"""How long several items of a task may take together: a task costs 12 ms beside its items."""

PROFILER = ("profile", "profile-cycle")
"""What a worker does up to a hundred times a second to see what its threads are at."""


@contextmanager
def cluster(make: Make[Setup, Item, Result], setup: Setup, address: str) -> Iterator[Workforce[Item, Result]]:
    """The workers of the cluster whose scheduler is at `address`. Raises WorkersError."""
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersError(f"there is no Dask scheduler at {address}: {error}") from None
    with client, dask.config.set(QUIET):
        threads = sum(client.nthreads().values())
        if not threads:
            raise WorkersError(f"the Dask scheduler at {address} has no workers")
        _require_the_same_version(client)
        maker = Maker(make, setup, _places(client))
        client.register_plugin(maker)
        try:
            yield _Cluster(client, maker.name, threads)
        finally:
            client.unregister_worker_plugin(maker.name)


def _require_the_same_version(client: Any) -> None:
    try:
        found = client.run(fingerprint.of_package)
    except ImportError as error:
        raise WorkersError(
            f"the Dask workers can't import the grader; install the same version there: {error}"
        ) from None
    if others := [address for address, each in found.items() if each != fingerprint.of_package()]:
        raise WorkersError(f"{len(others)} Dask workers run another version of the grader or of NumPy, as {others[0]}")


def _places(client: Any) -> Mapping[str, tuple[int, int]]:
    """Of each worker with one thread, by its address: which of its machine's it is, and how many there are."""
    by_host: defaultdict[str, list[str]] = defaultdict(list)
    for address, each in client.scheduler_info(n_workers=-1)["workers"].items():
        if each["nthreads"] == 1:
            by_host[each["host"]].append(address)
    return {
        address: (place, len(beside)) for beside in by_host.values() for place, address in enumerate(sorted(beside))
    }


class Maker(distributed.WorkerPlugin):  # type: ignore[misc]
    """Reaches every worker process of the cluster once, also those that come later, and makes what does the items.

    That is let in by one thread at a time, so each thread that wants it at the same time gets one of its own.
    """

    def __init__(self, make: Make[Any, Any, Any], setup: Any, places: Mapping[str, tuple[int, int]]) -> None:
        self.name = f"handgrad-{uuid.uuid4()}"
        self._make = make
        self._setup = setup
        self._places = places
        self._core: int | None = None
        self._package = fingerprint.of_package()
        self._profiler: list[Any] = []
        self._under_way: set[object] = set()
        self._idle: deque[Callable[[Any], Any]] = deque()

    def setup(self, worker: Any) -> None:
        """Called in each worker: chooses its core, if they are shared out there."""
        place, beside = self._places.get(worker.address, (0, 0))
        if mine := shared_out(beside):
            self._core = mine[place]
        self._profiler = [each for name in PROFILER if (each := worker.periodic_callbacks.get(name))]

    def transition(self, key: object, start: str, finish: str, **others: Any) -> None:
        """Called in each worker, in its loop, when any task gets on: Dask's profiler rests while one of ours is done.

        Not until `teardown`: a command that is killed never asks for it.
        """
        if not str(key).startswith(self.name):
            return
        if finish == "executing":
            self._under_way.add(key)
            for each in self._profiler:
                each.stop()
        elif start == "executing":
            self._under_way.discard(key)
            if not self._under_way:
                self._wake()

    def teardown(self, worker: Any) -> None:
        """Called in each worker at the end, which no transition may follow."""
        self._wake()

    def _wake(self) -> None:
        for each in self._profiler:
            if not each.is_running():
                each.start()

    def do(self, items: Iterable[Any]) -> list[Any]:
        """The result of each item."""
        with kept_to(self._core):
            try:
                do = self._idle.pop()
            except IndexError:
                do = self._new()
            results: list[Any] = []
            for item in items:
                try:
                    results.append(do(item))
                except Exception as error:
                    results.append(NotDone(reason(error)))
            self._idle.append(do)
        return results

    def _new(self) -> Callable[[Any], Any]:
        if fingerprint.of_package() != self._package:
            raise WorkersError("a Dask worker that came later runs another version of the grader or of NumPy")
        try:
            return self._make(self._setup)
        except Exception as error:
            raise WorkersError(reason(error)) from None


def do_there(name: str, items: list[Any]) -> list[Any]:
    """A task: the result of each item, by the plugin called `name`."""
    maker: Maker = distributed.get_worker().plugins[name]
    return maker.do(items)


def bundled(items: Iterable[Item], tasks: int, size: Callable[[], int]) -> Iterator[list[Item]]:
    """Bundles of as many items as `size` says now, or fewer, where there are not so many left for each of `tasks`."""
    items, left = iter(items), deque[Item]()
    while True:
        most = size()
        left.extend(islice(items, max(0, tasks * most - len(left))))
        if not left:
            return
        yield [left.popleft() for _ in range(min(most, ceil(len(left) / tasks)))]


def affordable(seconds: float) -> int:
    """How many items a task may have if each takes so many seconds."""
    return max(1, min(MAX_BUNDLE, int(BUNDLE_SECONDS / seconds)))


class _Cluster(Generic[Item, Result]):
    def __init__(self, client: Any, plugin: str, threads: int) -> None:
        self._client = client
        self._plugin = plugin
        self._threads = threads
        self._tasks = AHEAD * threads
        self._done = 0
        self._began = time.monotonic()

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | NotDone]]:
        bundles = bundled(items, self._tasks, self._size)
        under_way: dict[str, list[Item]] = {}
        ready = distributed.as_completed(loop=self._client.loop)
        for bundle in islice(bundles, self._tasks):
            ready.add(self._submit(bundle, under_way))
        for future in ready:
            bundle = under_way.pop(future.key)
            try:
                results = future.result()
            except distributed.KilledWorker as error:
                if len(bundle) > 1:
                    # Its neighbours aren't to blame.
                    for item in bundle:
                        ready.add(self._submit([item], under_way))
                    continue
                # Those that waited there for their turn die with the one that was at work, so this one may be innocent.
                deaths = error.allowed_failures + 1
                results = [NotDone(f"{deaths} Dask workers that had it died, of it or of another beside it")]
            except distributed.client.FutureCancelledError as error:
                raise WorkersError(f"the Dask scheduler has dropped the work: {error}") from None
            if (following := next(bundles, None)) is not None:
                ready.add(self._submit(following, under_way))
            self._done += len(bundle)
            yield from zip(bundle, results, strict=True)

    def _submit(self, bundle: list[Item], under_way: dict[str, list[Item]]) -> Any:
        future = self._client.submit(do_there, self._plugin, bundle, key=f"{self._plugin}-{uuid.uuid4()}", pure=False)
        under_way[future.key] = bundle
        return future

    def _size(self) -> int:
        """How many items a task is to have: one at first, then several, if they take little time."""
        if self._done < self._tasks:
            return 1
        return affordable((time.monotonic() - self._began) * self._threads / self._done)

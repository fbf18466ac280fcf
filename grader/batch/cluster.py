"""The processes of a Dask cluster as workers."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any, Generic

from grader.batch import fingerprint
from grader.batch.workers import Failed, Item, Result, Setup, Workers, WorkersError, said

try:
    # Not by name: type checkers are to say the same whether the extra is installed or not.
    distributed: Any = import_module("distributed")
except ImportError:
    raise WorkersError("a Dask cluster needs the package distributed: pip install 'handgrad[cluster]'") from None

CONNECT_SECONDS = 10

AHEAD = 3
"""Tasks that a thread of the cluster has at a time: the way to it and back is long."""

BUNDLE = 4
"""Items of a task, once the class has turned out to be large: less for the scheduler to do, for each of them."""


@contextmanager
def cluster(
    make: Callable[[Setup], Callable[[Item], Result]], setup: Setup, address: str
) -> Iterator[Workers[Item, Result]]:
    """The workers of the cluster whose scheduler is at `address`. Raises WorkersError."""
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersError(f"there is no Dask scheduler at {address}: {error}") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise WorkersError(f"the Dask scheduler at {address} has no workers")
        _require_the_same_version(client)
        maker = Maker(make, setup)
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


class Maker(distributed.WorkerPlugin):  # type: ignore[misc]
    """Reaches every worker process of the cluster once, also those that come later, and makes what does the items.

    That is let in by one thread at a time, so each thread that wants it at the same time gets one of its own.
    """

    def __init__(self, make: Callable[[Any], Callable[[Any], Any]], setup: Any) -> None:
        self.name = f"handgrad-{uuid.uuid4()}"
        self._make = make
        self._setup = setup
        self._package = fingerprint.of_package()
        self._idle: deque[Callable[[Any], Any]] = deque()

    def do(self, items: Iterable[Any]) -> list[Any]:
        """The result of each item."""
        try:
            do = self._idle.pop()
        except IndexError:
            do = self._made()
        results: list[Any] = []
        for item in items:
            try:
                results.append(do(item))
            except Exception as error:
                results.append(Failed(said(error)))
        self._idle.append(do)
        return results

    def _made(self) -> Callable[[Any], Any]:
        if fingerprint.of_package() != self._package:
            raise WorkersError("a Dask worker that came later runs another version of the grader or of NumPy")
        try:
            return self._make(self._setup)
        except Exception as error:
            raise WorkersError(said(error)) from None


def do_there(name: str, items: list[Any]) -> list[Any]:
    """A task: the result of each item, by the plugin called `name`."""
    maker: Maker = distributed.get_worker().plugins[name]
    return maker.do(items)


class _Cluster(Generic[Item, Result]):
    def __init__(self, client: Any, plugin: str, threads: int) -> None:
        self._client = client
        self._plugin = plugin
        self._threads = threads

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | Failed]]:
        bundles = self._bundles(iter(items))
        under_way: dict[str, list[Item]] = {}
        ready = distributed.as_completed(loop=self._client.loop)
        for bundle in islice(bundles, AHEAD * self._threads):
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
                results = [Failed(f"the Dask workers died of it: {error}")]
            except distributed.client.FutureCancelledError as error:
                raise WorkersError(f"the Dask scheduler has dropped the work: {error}") from None
            if (following := next(bundles, None)) is not None:
                ready.add(self._submit(following, under_way))
            yield from zip(bundle, results, strict=True)

    def _submit(self, bundle: list[Item], under_way: dict[str, list[Item]]) -> Any:
        future = self._client.submit(do_there, self._plugin, bundle, key=f"{self._plugin}-{uuid.uuid4()}", pure=False)
        under_way[future.key] = bundle
        return future

    def _bundles(self, items: Iterator[Item]) -> Iterator[list[Item]]:
        """Single items first, so that a small class is shared among all, then several together."""
        for _ in range(2 * AHEAD * self._threads):
            if not (bundle := list(islice(items, 1))):
                return
            yield bundle
        while bundle := list(islice(items, BUNDLE)):
            yield bundle

"""A benchmark server in a process of its own, pinned to a core."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["run_server"]


@contextmanager
def run_server(
    module: str = "benchmarks.harness.page_server",
    *,
    total: int = 0,
    shared_core: bool = True,
    options: Iterable[object] = (),
) -> Iterator[str]:
    """Run a server module beside this process and yield its base URL. It serves a list of `total` products.

    On Linux, client and server are pinned to one core or, if there are several, to separate cores. Without pinning, the
    cost of a call varies by a third from run to run, depending on whether the client has to be woken up for the
    response. The module's arguments are the total, the options and the cores.
    """
    client_cores, server_cores = _choose_cores(shared_core)
    command = [sys.executable, "-m", module, *map(str, (total, *options, *server_cores))]
    with _pinned_to(client_cores):
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                port = process.stdout.readline()
                if not port:
                    raise RuntimeError(f"the server did not start: run `{' '.join(command)}` to see why")
                yield f"http://127.0.0.1:{int(port)}"
            finally:
                process.stdin.close()


def _choose_cores(shared: bool) -> tuple[set[int], set[int]]:
    if sys.platform != "linux":
        return set(), set()
    last, *others = sorted(os.sched_getaffinity(0), reverse=True)
    return {last}, {last} if shared or not others else {others[0]}


@contextmanager
def _pinned_to(cores: set[int]) -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)

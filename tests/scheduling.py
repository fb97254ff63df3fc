"""How pytest-xdist distributes the tests among processes.

The tests of a file share a process, since they share module fixtures. So do folders whose tests depend on each other's
results. Files with slow tests are divided, so that no process runs all of them.
"""

from typing import Final

from xdist.scheduler.loadscope import LoadScopeScheduling

__all__ = ["Scheduling"]

_TOGETHER: Final = ("tests/endpoints/",)
_DIVIDED: Final = (
    "tests/apps/inbox/postgresql/test_kills.py",
    "tests/batch/test_job.py",
    "tests/changes/test_changing_store.py",
    "tests/chaos/",
    "tests/cli/test_export.py",
    "tests/examples/",
    "tests/lifecycle/",
    "tests/scan/",
    "tests/sync/test_kills.py",
    "tests/sync/test_reports.py",
    "tests/sync/test_state_machine.py",
    "tests/sync/worker/",
    "tests/test_benchmarks.py",
    "tests/test_docs.py",
    "tests/test_secrets.py",
    "tests/transport/rate_limit/",
)


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Distributes files and folders to processes, slow ones first."""

    def _split_scope(self, nodeid: str) -> str:
        together = next((folder for folder in _TOGETHER if nodeid.startswith(folder)), None)
        if together is not None:
            return together
        return nodeid if nodeid.startswith(_DIVIDED) else nodeid.partition("::")[0]

"""The progress of a scan, and the error that reports it when the scan gives up."""

from attrs import mutable

from ecwid_async.errors import ScanDrifted

__all__ = ["Progress"]


@mutable
class Progress:
    """Counts of a scan: see the attributes of `Scan`."""

    operation: str
    done: int = 0
    total: int | None = None
    requests: int = 0
    rereads: int = 0
    proof: str = ""

    def drift_error(self, reason: str = "") -> ScanDrifted:
        """Return the error for a list that changes too fast or, with a reason, for a broken assumption."""
        read = f"{self.done} items were read in {self.requests} requests, and others may be missing."
        if reason:
            return ScanDrifted(
                f"{self.operation} can't be proven complete: {reason}. {read} Scan it again. If this error repeats, "
                "the server is at fault: report it to its operator. `search` reads the list without a proof.",
                reason=reason,
            )
        return ScanDrifted(
            f"{self.operation} changed faster than it could be read: {read} Scan it again when the store is less busy, "
            "or scan a smaller part of it."
        )

"""Stores that are loaded from the files of `ecwid export`: a store as it was, on this machine.

`files` finds the files of an export, `lines` reads their items, and `loading` fills the stores of a sandbox with them.
The sandbox reads these files with code of its own, as it does everything else.
"""

from ecwid_async.sandbox.exports.loading import load_export, sandbox_from_export

__all__ = ["load_export", "sandbox_from_export"]

"""Transactions undo the changes of a block that raises."""

import pytest

from ecwid_async.sandbox.state import Records, Transaction


def test_undone_records_keep_their_order() -> None:
    transaction = Transaction()
    records: Records[str, int] = Records(transaction, {"a": 1, "b": 2, "c": 3})

    def change() -> None:
        records["a"] = 9
        del records["b"]
        records["b"] = 5
        records.clear()
        records["d"] = 4
        raise LookupError

    with pytest.raises(LookupError), transaction.begin():
        change()
    assert list(records.items()) == [("a", 1), ("b", 2), ("c", 3)]
    del records["a"]
    assert list(records) == ["b", "c"]

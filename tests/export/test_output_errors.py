"""Errors of files that can't be written, and their advice."""

import errno
import os

import pytest

from ecwid_async.export import OutputError, export_store, part_file


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "Free some space, or choose another place."),
        (errno.EROFS, "Choose a place that you may write to."),
        (errno.EACCES, "Choose a place that you may write to."),
        (errno.EMFILE, "raise the limit (ulimit -n)"),
        (errno.ENAMETOOLONG, "Choose a shorter name."),
        (errno.EIO, "Choose another place."),
    ],
)
async def test_the_advice_fits_the_cause(store, shop, tmp_path, monkeypatch, number, advice):
    def fail(part, *_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(part_file, "open_new", fail)
    with pytest.raises(OutputError) as caught:
        await export_store(store, ["products"], tmp_path / "out")
    assert advice in str(caught.value)
    assert os.strerror(number) in str(caught.value)
    assert ("Free some space" in str(caught.value)) == (number == errno.ENOSPC)


@pytest.mark.parametrize("out", ["x" * 300, "x" * 300 + ".csv"], ids=["folder", "file"])
async def test_a_name_that_is_too_long_is_an_output_error(store, shop, tmp_path, out):
    with pytest.raises(OutputError, match="Choose a shorter name"):
        await export_store(store, ["products"], tmp_path / out)
    assert not shop.requests

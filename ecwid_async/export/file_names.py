"""The names of an export's files, and the formats that they imply."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ecwid_async.errors import ConfigError
from ecwid_async.export.formats import FORMATS, Format, check_format
from ecwid_async.export.manifest import MANIFEST_NAME
from ecwid_async.export.output_errors import translate_os_errors
from ecwid_async.primitives.lazy_attrs import frozen

__all__ = ["FileNames", "check_folder_name", "format_from_name"]

# Digits at the end are a date or a version, as in the name of a folder.
_FILE_ENDING: Final = re.compile(r"\.[A-Za-z]\w*|\.7z")


def format_from_name(path: Path) -> Format | None:
    """Return the format of a file by the end of its name. None for another name, and for an existing folder."""
    with translate_os_errors(path):
        if path.is_dir():
            return None
    matching = [name for name, suffix in FORMATS.items() if path.name.endswith(suffix) and path.name != suffix]
    return max(matching, key=len, default=None)


def check_folder_name(folder: Path) -> None:
    """Raise `ConfigError` if the folder does not exist and its name looks like the name of a file."""
    if not folder.is_dir() and (_FILE_ENDING.fullmatch(folder.suffix) or folder.name in FORMATS.values()):
        raise ConfigError(
            f"{folder.name} looks like the name of a file of no known format: name a file that ends in "
            f"{', '.join(FORMATS.values())}. If it is meant to be a folder, create that first."
        )


@frozen
class FileNames:
    """The names of an export's files in `folder`: one for each section, by its name, and the manifest."""

    folder: Path
    format: Format
    files: dict[str, str]
    manifest: str

    @classmethod
    def choose(cls, out: Path, format_: Format | None, sections: Sequence[str]) -> "FileNames":
        """Choose names by the path `out`: with the suffix of a format it is a file, otherwise a folder.

        Raises `ConfigError` if the suffix contradicts `format_`, or if one file is given for several sections.
        """
        if format_ is not None:
            check_format(format_)
        file_format = format_from_name(out)
        if file_format is None:
            check_folder_name(out)
            chosen = format_ or "jsonl"
            return cls(out, chosen, {name: name + FORMATS[chosen] for name in sections}, MANIFEST_NAME)
        if format_ not in (None, file_format):
            raise ConfigError(f"{out.name} is the name of a {file_format} file, but format is {format_}: choose one.")
        if len(sections) != 1:
            raise ConfigError(
                f"{out.name} is one file, and there are {len(sections)} sections: name a folder for them."
            )
        return cls(out.parent, file_format, {sections[0]: out.name}, f"{out.name}.{MANIFEST_NAME}")

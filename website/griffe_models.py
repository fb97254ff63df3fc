"""A Griffe extension: the comment after a field describes it, and the values of an enum are a list."""

import re
from typing import Any

from griffe import Attribute, Class, Docstring, Extension, GriffeLoader, Object

__all__ = ["FieldComments"]

_PAGE = re.compile(r"``?docs/([\w-]+)\.md``?")
_SECTION = re.compile(r"_section\([\"'](.*)[\"']\)")
_COMMENT = re.compile(r"  # (?!type:|noqa)(.*)$")


class FieldComments(Extension):
    """Takes the descriptions of fields from comments, and puts the values of string enums into the docstring."""

    def on_attribute(self, *, attr: Attribute, loader: GriffeLoader, **kwargs: Any) -> None:
        """Keep the comment on the first line of a field, or the description of a section of a store."""
        if isinstance(attr.parent, Class) and attr.docstring is None and attr.lineno is not None:
            if section := _SECTION.match(str(attr.value)):
                attr.value = None
                attr.extra["fields"]["comment"] = section[1]
                return
            line = attr.lines_collection[attr.filepath][attr.lineno - 1]
            if comment := _COMMENT.search(line):
                attr.extra["fields"]["comment"] = comment[1]

    def on_object(self, *, obj: Object, loader: GriffeLoader, **kwargs: Any) -> None:
        """Turn the name of a page of the documentation into a link to it."""
        if obj.docstring is not None:
            up = "../.." if obj.path.startswith("ecwid_async.resources.") else ".."
            obj.docstring.value = _PAGE.sub(rf"[\1]({up}/\1.md)", obj.docstring.value)

    def on_class(self, *, cls: Class, loader: GriffeLoader, **kwargs: Any) -> None:
        """List the values of a string enum instead of its members."""
        if [str(base) for base in cls.bases] != ["StrEnum"] or cls.docstring is None:
            return
        values = [str(member.value).strip("'\"") for member in cls.attributes.values()]
        text = f"{cls.docstring.value}\n\nValues: {', '.join(f'`{value}`' for value in values)}."
        cls.docstring = Docstring(text, parent=cls, parser=cls.docstring.parser)
        for name, member in list(cls.attributes.items()):
            if member.docstring is None and str(member.value).strip("'\"") == name:
                cls.del_member(name)

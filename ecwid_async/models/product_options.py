"""Options of products."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, TypeAlias

from ecwid_async.models.base import Model, model
from ecwid_async.models.common import AmountType

__all__ = [
    "CheckboxOption",
    "DateOption",
    "FilesOption",
    "OtherOption",
    "ProductOption",
    "ProductOptionChoice",
    "ProductOptionType",
    "RadioOption",
    "SelectOption",
    "SizeOption",
    "SwatchesOption",
    "TextAreaOption",
    "TextFieldOption",
]


class ProductOptionType(StrEnum):
    """The type of an option's input."""

    SELECT = "SELECT"
    RADIO = "RADIO"
    CHECKBOX = "CHECKBOX"
    TEXTFIELD = "TEXTFIELD"
    TEXTAREA = "TEXTAREA"
    DATE = "DATE"
    FILES = "FILES"
    SIZE = "SIZE"
    SWATCHES = "SWATCHES"


@model
class ProductOptionChoice(Model):
    """A value of an option and its surcharge."""

    text: str | None = None
    text_translated: dict[str, str] | None = None
    price_modifier: Decimal | None = None
    price_modifier_type: AmountType | str | None = None
    hex_codes: list[str] | None = None
    change_time: int | None = None
    image_id: str | None = None


@model
class SelectOption(Model):
    """An option chosen from a drop-down list."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SELECT")

    type: ProductOptionType | str | None = ProductOptionType.SELECT
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The index of a choice.
    required: bool | None = None


@model
class SizeOption(Model):
    """A size, chosen from a row of buttons."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SIZE")

    type: ProductOptionType | str | None = ProductOptionType.SIZE
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The index of a choice.
    required: bool | None = None


@model
class RadioOption(Model):
    """An option chosen from radio buttons."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "RADIO")

    type: ProductOptionType | str | None = ProductOptionType.RADIO
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The index of a choice.
    required: bool | None = None


@model
class SwatchesOption(Model):
    """An option chosen from colors or small images."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "SWATCHES")

    type: ProductOptionType | str | None = ProductOptionType.SWATCHES
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The index of a choice.
    required: bool | None = None
    use_image_as_swatch_selector: bool | None = None


@model
class CheckboxOption(Model):
    """An option with checkboxes, any number of which can be ticked."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "CHECKBOX")

    type: ProductOptionType | str | None = ProductOptionType.CHECKBOX
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The index of a choice.
    required: bool | None = None


@model
class TextFieldOption(Model):
    """A line of text by the customer."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "TEXTFIELD")

    type: ProductOptionType | str | None = ProductOptionType.TEXTFIELD
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class TextAreaOption(Model):
    """Several lines of text by the customer."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "TEXTAREA")

    type: ProductOptionType | str | None = ProductOptionType.TEXTAREA
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class DateOption(Model):
    """A date that the customer chooses."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "DATE")

    type: ProductOptionType | str | None = ProductOptionType.DATE
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class FilesOption(Model):
    """Files that the customer attaches."""

    tag: ClassVar[tuple[str, str] | None] = ("type", "FILES")

    type: ProductOptionType | str | None = ProductOptionType.FILES
    name: str | None = None
    name_translated: dict[str, str] | None = None
    required: bool | None = None


@model
class OtherOption(Model):
    """An option of an unknown type."""

    type: ProductOptionType | str | None = None
    name: str | None = None
    name_translated: dict[str, str] | None = None
    choices: list[ProductOptionChoice] | None = None
    default_choice: int | None = None  # The index of a choice.
    required: bool | None = None
    use_image_as_swatch_selector: bool | None = None


ProductOption: TypeAlias = (
    SelectOption
    | SizeOption
    | RadioOption
    | SwatchesOption
    | CheckboxOption
    | TextFieldOption
    | TextAreaOption
    | DateOption
    | FilesOption
    | OtherOption
)
"""An option of a product, such as its size. `type` decides the class."""

"""URLs on the command line, which other users can see."""

from urllib.parse import parse_qs, urlsplit

__all__ = ["has_password"]


def has_password(url: str) -> bool:
    """Whether the URL of a database has a password, also among its parameters, where drivers take it too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False  # refused as invalid later
    names = parse_qs(parts.query, keep_blank_values=True)
    return parts.password is not None or any(name.lower().endswith("password") for name in names)

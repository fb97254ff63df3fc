"""What the URL of a database says, beyond what its driver reads."""

__all__ = ["has_password_elsewhere"]


def has_password_elsewhere(url: str, host: str | None, database: str | None) -> bool:
    """Whether a part of the password was read as the host or the database, because of an ``@`` or ``/`` in it.

    Messages show both. They may contain an ``@`` that the URL has as ``%40``, and hosts may begin with one, as abstract
    sockets do. In SQLite, only a folder or file has one.
    """
    if url.startswith("sqlite"):
        return False
    return any("@" in part[1:] and part in url for part in (host or "", database or ""))

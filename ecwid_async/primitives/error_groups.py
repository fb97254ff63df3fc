"""One error in place of a group of errors."""

__all__ = ["first_error"]


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first of several errors. Mostly, something that all tasks share failed for all of them."""
    for error in errors.exceptions:
        return first_error(error) if isinstance(error, BaseExceptionGroup) else error
    return errors

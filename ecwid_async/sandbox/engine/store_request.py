"""The request that an endpoint receives."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final

from attrs import field, frozen

from ecwid_async.sandbox.engine.response_fields import Selection, parse_selection
from ecwid_async.sandbox.engine.validation import read_document, translation_languages
from ecwid_async.sandbox.errors import ErrorResponse
from ecwid_async.sandbox.spec import Endpoint
from ecwid_async.sandbox.state import Store, parse_number
from ecwid_async.wire import Request, Response

__all__ = ["StoreRequest"]

_LANGUAGE_ERRORS: Final = frozenset({"MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE", "LANGUAGES_NOT_ALLOWED"})


@frozen(slots=False, kw_only=True, eq=False)
class StoreRequest:
    """An authorised request to one store, as an endpoint receives it.

    `path_params` are decoded. `params`, from the query or a form, have the types in the spec: lists are tuples, times
    are Unix seconds. `now` is the time of the request in Unix seconds. `missing_scopes` returns the given access scopes
    that the token does not have; `granted_scopes` are those that it has, None for everything. `client_id` is the
    installed app to which the token belongs. `is_public` is whether customers may have the token.
    `execute` handles another request to this store with the same token; its path starts below the store's id.
    """

    store: Store
    endpoint: Endpoint
    path_params: dict[str, str]
    params: dict[str, Any]
    body: bytes = field(repr=False)
    now: int
    missing_scopes: Callable[[Iterable[str]], list[str]] = field(repr=False)
    execute: Callable[[Request], Response] = field(repr=False)
    granted_scopes: frozenset[str] | None = None
    client_id: str | None = None
    is_public: bool = False

    def has_scope(self, scope: str) -> bool:
        """Whether the token has this access scope, for fields that need more scopes than the endpoint."""
        return not self.missing_scopes((scope,))

    def path_number(self, name: str) -> int:
        """A path parameter that is a number. Raises `ErrorResponse` if it is not."""
        number = parse_number(self.path_params[name])
        if number is None:
            raise ErrorResponse.wrong_parameter(f"{name} must be a number, not {self.path_params[name][:100]!r}")
        return number

    @cached_property
    def json(self) -> Any:
        """The JSON body with only the fields that the API accepts. Raises `ErrorResponse` if it is not valid."""
        document = read_document(
            self.body,
            self.endpoint.body,
            many=self.endpoint.many,
            reject_unknown=self.store.switches.reject_unknown,
        )
        if not self.store.simulated_errors.isdisjoint(_LANGUAGE_ERRORS):
            self._check_languages(translation_languages(document))
        return document

    def _check_languages(self, sent: set[str]) -> None:
        languages = self.store.profile.get("languages") or {}
        main = languages.get("defaultLanguage") or "en"
        if unsupported := sorted(sent - {main}):
            message = f"This store only has texts in {main!r}: remove {', '.join(unsupported)}"
            self.raise_if_simulated("MULTILINGUAL_STORE_FEATURE_NOT_ACTIVE", 400, message)
        if unsupported := sorted(sent - {main, *(languages.get("enabledLanguages") or ())}):
            message = f"These languages are not enabled in the store: {', '.join(unsupported)}"
            self.raise_if_simulated("LANGUAGES_NOT_ALLOWED", 400, message)

    @cached_property
    def selection(self) -> Selection | None:
        """The selected response fields. Raises `ErrorResponse` if ``responseFields`` is not valid."""
        try:
            return parse_selection(self.params.get("responseFields", ""))
        except ValueError as error:
            raise ErrorResponse.wrong_parameter(f"responseFields: {error}") from None

    def raise_if_simulated(self, code: str, status: int, message: str) -> None:
        """Raise this `ErrorResponse` if `Store.simulated_errors` contains its code."""
        if code in self.store.simulated_errors:
            raise ErrorResponse(status, code, message)

    def flag(self, name: str) -> bool:
        """A boolean parameter; False if it is missing."""
        return bool(self.params.get(name))

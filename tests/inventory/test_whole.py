"""Nothing is left out: the scenarios went through every endpoint that the API has."""

from tests.inventory.ledger import LEDGER, SPEC
from tests.resources.conftest import METHODS

# Endpoints that no scenario reaches, each with the reason.
EXCUSED: dict[str, str] = {}


def test_every_endpoint_was_asked_over_the_wire(scenarios: None) -> None:
    documented = {f"{row['method']} {row['path']}" for row in SPEC.endpoints}
    assert EXCUSED.keys() <= documented
    assert set(LEDGER.answers) == documented - EXCUSED.keys()


def test_every_method_stands_for_one_of_these_endpoints(scenarios: None) -> None:
    assert sorted(method.endpoint for method in METHODS) == sorted(LEDGER.answers | EXCUSED)

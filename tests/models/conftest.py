"""The tables are walked schema by schema, class by class, sample by sample."""

import pytest

from tests.models.tables import Spec

_spec = Spec()


@pytest.fixture
def spec() -> Spec:
    return _spec


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "schema" in metafunc.fixturenames:
        metafunc.parametrize("schema", _spec.with_class)
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", sorted(_spec.classes))
    if "answer" in metafunc.fixturenames:
        answers = [endpoint for endpoint in _spec.endpoints if endpoint["response"].get("schema")]
        metafunc.parametrize("answer", answers, ids=[endpoint["id"] for endpoint in answers])
    if "body" in metafunc.fixturenames:
        bodies = [endpoint for endpoint in _spec.endpoints if endpoint["request"].get("schema") in _spec.with_class]
        metafunc.parametrize("body", bodies, ids=[endpoint["id"] for endpoint in bodies])

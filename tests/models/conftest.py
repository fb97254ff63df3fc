"""Parametrizes tests by the schemas, classes and samples of the API."""

import pytest

from tests.models.spec import Spec

_spec = Spec()


@pytest.fixture
def spec() -> Spec:
    return _spec


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "schema" in metafunc.fixturenames:
        metafunc.parametrize("schema", _spec.schemas_with_class)
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", sorted(_spec.classes))
    for kind in ("request", "response"):
        if f"{kind}_sample" in metafunc.fixturenames:
            samples = _spec.samples(kind)
            ids = [f"{sample.path.parts[-3]}-{sample.path.name}" for sample in samples]
            metafunc.parametrize(f"{kind}_sample", samples, ids=ids)

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
    for kind in ("request", "response"):
        if f"{kind}_sample" in metafunc.fixturenames:
            samples = _spec.samples(kind)
            ids = [f"{sample.path.parts[-3]}-{sample.path.name}" for sample in samples]
            metafunc.parametrize(f"{kind}_sample", samples, ids=ids)

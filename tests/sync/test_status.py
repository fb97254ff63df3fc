"""The status of a mirror as values, and its text for Prometheus."""

import json

import pytest

from ecwid_async.sync.status import SectionStatus, StoreStatus, to_prometheus

NOW = 1_790_000_000.0


def store(*sections, **values):
    values = {"synced_at": NOW - 60, **values}
    return StoreStatus(
        store_id=1003,
        server="https://app.ecwid.com/api/v3",
        now=NOW,
        stale_after=900.0,
        sections={section.name: section for section in sections},
        **values,
    )


def test_a_mirror_in_step_is_healthy():
    status = store(SectionStatus(name="products", condition="ok", rows=7, cursor=int(NOW) - 360))
    assert status.problems == []
    assert status.healthy
    assert status.age == 60.0


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"synced_at": None}, "the first round has not ended yet"),
        ({"synced_at": NOW - 901}, "last synced 15 minutes ago"),
        ({"error": "the token is dead"}, "the token is dead"),
    ],
)
def test_a_mirror_that_is_not_synced_is_a_problem(values, problem):
    (found,) = store(**values).problems
    assert problem in found


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"error": "GET /products failed"}, "GET /products failed"),
        ({"condition": "behind", "behind": 1000.0}, "for 17 minutes, and the cursor did not move"),
        ({"unproven_since": 1_789_000_000}, "since 2026-09-10 00:26:40 UTC could not be read completely"),
        ({"stopped": "deletions wait"}, "deletions wait"),
        ({"refused": 3, "refused_at": NOW - 3600, "refusal": "42: DataError"}, "(in all 3), 42: DataError"),
        ({"late": 1, "loss_at": NOW - 3600}, "1 late and 0 silent"),
        ({"silent": 2, "loss_at": NOW - 3600}, "0 late and 2 silent"),
    ],
)
def test_each_alarm_of_a_section_is_a_problem(values, problem):
    (found,) = store(SectionStatus(name="products", **values)).problems
    assert found.startswith("products: ")
    assert problem in found


@pytest.mark.parametrize(
    "values",
    [
        {"skipped": "the token lacks read_promotion"},
        {"late": 5, "loss_at": NOW - 2 * 86400},
        {"refused": 3, "refused_at": NOW - 2 * 86400},
        {"hints": 9},
    ],
)
def test_what_needs_no_one_is_no_problem(values):
    assert store(SectionStatus(name="products", **values)).healthy


def test_a_status_is_json():
    text = json.dumps(store(SectionStatus(name="orders", late=1, loss_at=NOW)).to_dict())
    data = json.loads(text)
    assert data["healthy"] is False
    assert data["sections"]["orders"]["late"] == 1
    assert len(data["problems"]) == 1


def test_prometheus_gets_a_family_per_number_with_store_and_section():
    text = to_prometheus([store(SectionStatus(name="orders", condition="ok", rows=12, late=1, cursor=1_790_000_000))])
    lines = text.splitlines()
    assert 'ecwid_mirror_rows{store="1003",section="orders"} 12' in lines
    assert 'ecwid_mirror_late_total{store="1003",section="orders"} 1' in lines
    assert 'ecwid_mirror_cursor_timestamp_seconds{store="1003",section="orders"} 1790000000' in lines
    assert 'ecwid_mirror_condition{store="1003",section="orders",condition="ok"} 1' in lines
    assert 'ecwid_mirror_healthy{store="1003"} 1' in lines
    assert "audited" not in text, "a time that is not known has no sample"
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names)), "each family is declared once"

"""What is due in a section, and when."""

import pytest
from attrs import evolve

from ecwid_async.changes import CHANGE_PLANS, FEED_MEMORY, Cursor
from ecwid_async.errors import ConfigError
from ecwid_async.sync.database.state import SectionState
from ecwid_async.sync.rounds.schedule import (
    audit_range,
    is_paused,
    is_poll_due,
    is_reconcile_due,
    retry_time,
    rolling_rows,
)
from ecwid_async.sync.settings import MirrorSettings

NOW = 1_790_000_000.0
HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
SETTINGS = MirrorSettings()
NEW = SectionState(store_id=1003, section="products")
POLLED = evolve(NEW, polled_at=int(NOW) - 60)


def cursor(since):
    return Cursor(version=1, store_id=1003, operation="GET /products", since=since)


READ = cursor(int(NOW) - 360)


def poll_due(state=POLLED, *, at=READ, has_signal=True, is_filtered=True, changed_at=int(NOW) - 7200, now=NOW):
    return is_poll_due(
        state,
        cursor=at,
        has_signal=has_signal,
        is_filtered=is_filtered,
        changed_at=changed_at,
        now=now,
        settings=SETTINGS,
    )


def test_a_section_that_was_never_read_completely_is_polled():
    assert poll_due(NEW, at=None)
    assert poll_due(POLLED, at=cursor(None))


def test_a_list_is_skipped_only_if_it_last_changed_before_the_cursor():
    assert not poll_due(changed_at=READ.since - 1)
    assert poll_due(changed_at=READ.since)


def test_each_list_is_polled_once_an_hour_whatever_the_store_reports():
    assert poll_due(evolve(NEW, polled_at=int(NOW) - HOUR))


def test_a_list_for_which_the_store_reports_no_time_is_polled_each_time_if_that_costs_one_request():
    assert poll_due(changed_at=None)
    assert poll_due(has_signal=False)
    assert not poll_due(has_signal=False, is_filtered=False)


def test_a_section_that_failed_is_polled_to_know_whether_it_works_again():
    assert poll_due(evolve(POLLED, error="no"))


def test_a_clock_that_was_set_back_delays_nothing():
    assert poll_due(evolve(NEW, polled_at=int(NOW) + DAY))
    assert not is_paused(evolve(NEW, retry_at=int(NOW) + 2 * HOUR), now=NOW, settings=SETTINGS)
    assert not is_paused(evolve(NEW, skipped="no scope", skipped_at=int(NOW) + DAY), now=NOW, settings=SETTINGS)


def test_a_section_that_failed_waits_for_its_next_try():
    assert is_paused(evolve(NEW, retry_at=int(NOW) + 60), now=NOW, settings=SETTINGS)
    assert not is_paused(evolve(NEW, retry_at=int(NOW)), now=NOW, settings=SETTINGS)


def test_a_section_that_is_not_allowed_is_tried_daily():
    skipped = evolve(NEW, skipped="no scope", skipped_at=int(NOW))
    assert is_paused(skipped, now=NOW + DAY - 1, settings=SETTINGS)
    assert not is_paused(skipped, now=NOW + DAY, settings=SETTINGS)


def test_tries_are_further_and_further_apart_up_to_an_hour():
    delays = [retry_time(failures, now=0.0, settings=SETTINGS) for failures in (1, 2, 3, 7, 1000)]
    assert delays == [60, 120, 240, 3600, 3600]


def test_an_audit_reads_from_the_end_of_the_previous_one_to_an_hour_ago():
    audited = evolve(POLLED, audited_until=int(NOW) - 3 * HOUR)
    assert audit_range(audited, cursor=READ, now=NOW, settings=SETTINGS) == (int(NOW) - 3 * HOUR, int(NOW) - HOUR)


def test_an_audit_never_passes_the_cursor():
    audited = evolve(POLLED, audited_until=int(NOW) - 3 * HOUR)
    behind = cursor(int(NOW) - 2 * HOUR)
    assert audit_range(audited, cursor=behind, now=NOW, settings=SETTINGS) == (int(NOW) - 3 * HOUR, behind.since)


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ({"audited_until": None}, READ),
        ({"audited_until": 0, "audited_at": int(NOW) - 60}, READ),
        ({"audited_until": int(NOW) - HOUR}, READ),
        ({"audited_until": 0}, None),
        ({"audited_until": 0}, cursor(None)),
    ],
)
def test_there_is_no_audit_of_what_was_not_polled_or_was_audited_just_now(values, at):
    assert audit_range(evolve(POLLED, **values), cursor=at, now=NOW, settings=SETTINGS) is None


def slice_rows(state, rows, now=NOW):
    return rolling_rows(state, cursor=READ, rows=rows, now=now, settings=SETTINGS)


def test_the_slices_of_a_week_together_have_all_rows():
    state = evolve(POLLED, rolling_started_at=int(NOW) - HOUR, rolling_at=int(NOW) - HOUR, rolling_position=1)
    assert slice_rows(state, 168_000) == 1000
    assert slice_rows(state, 10) == 100, "at least a page"
    assert slice_rows(evolve(state, rolling_at=int(NOW) - DAY), 168_000) == 24_000, "after a pause of a day"
    assert slice_rows(evolve(state, rolling_at=int(NOW) - 60), 168_000) == 0, "one slice an hour"


def test_a_cycle_begins_a_week_after_the_previous_one():
    done = evolve(POLLED, rolling_started_at=int(NOW), rolling_at=int(NOW), rolling_position=None)
    assert slice_rows(done, 500, now=NOW + WEEK - 1) == 0
    assert slice_rows(done, 500, now=NOW + WEEK) > 0


def reconcile_due(state, *, at=READ, operation="GET /products", now=NOW, settings=SETTINGS):
    return is_reconcile_due(state, CHANGE_PLANS[operation], cursor=at, now=now, settings=settings)


def test_ids_are_compared_after_the_first_complete_read():
    assert reconcile_due(POLLED)
    assert not reconcile_due(POLLED, at=cursor(None))
    assert not reconcile_due(POLLED, at=None)


def test_ids_are_compared_daily_only_where_the_store_lists_no_deletions():
    compared = evolve(POLLED, reconciled_at=int(NOW) - DAY)
    assert reconcile_due(compared, operation="GET /categories")
    assert not reconcile_due(compared)
    assert reconcile_due(evolve(POLLED, reconciled_at=int(NOW) - WEEK))
    assert reconcile_due(compared, settings=MirrorSettings(reconcile_interval=3600.0))


def test_ids_are_compared_daily_while_the_token_cannot_list_deletions():
    compared = evolve(POLLED, reconciled_at=int(NOW) - DAY)
    assert reconcile_due(evolve(compared, deletions_problem="the scope is missing"))


def test_ids_are_compared_at_once_after_a_gap_longer_than_deletions_are_listed():
    compared = evolve(POLLED, reconciled_at=int(NOW) - 60)
    assert reconcile_due(compared, at=cursor(int(NOW) - FEED_MEMORY - 1))
    assert not reconcile_due(compared, at=cursor(int(NOW) - FEED_MEMORY))


def test_a_comparison_that_was_stopped_goes_on_daily_or_once_confirmed():
    stopped = evolve(POLLED, reconcile_stopped="too many", stopped_at=int(NOW) - 60)
    assert not reconcile_due(stopped)
    assert reconcile_due(evolve(stopped, confirmed_at=int(NOW)))
    assert reconcile_due(evolve(stopped, stopped_at=int(NOW) - DAY))


@pytest.mark.parametrize(
    "values",
    [
        {"lag": -1.0},
        {"poll_interval": 0.0},
        {"lookups_per_minute": 0},
        {"keep_deleted": 0.0},
        {"rolling_cycle": 60.0},
        {"lease": float("nan")},
    ],
)
def test_settings_out_of_range_are_refused(values):
    with pytest.raises(ConfigError, match="MirrorSettings"):
        MirrorSettings(**values)

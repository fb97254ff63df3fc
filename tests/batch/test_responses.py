"""Responses inside a batch are matched to their calls by id, even if others are missing or damaged."""

from typing import Any

import pytest

from ecwid_async.batch.responses import _without_deep_bodies, responses_by_id
from ecwid_async.errors import BadRequest, DecodeError, OutcomeUnknown, ServerError
from ecwid_async.models.batches import BatchResponseItem, BatchStatus
from ecwid_async.models.products import ProductDraft
from ecwid_async.transport.memory import MemoryTransport, make_response
from ecwid_async.wire import Request, Response
from tests.batch.world import World, completed_status, response_item, scripted_world


async def test_responses_are_matched_by_id_and_a_missing_one_is_unknown() -> None:
    def script(request: Request) -> Response:
        if request.method == "POST":
            return make_response({"ticket": "t"})
        return make_response(
            {
                "status": "COMPLETED",
                "responses": [
                    {"id": "2", "status": "COMPLETED", "httpStatusCode": 200, "escapedHttpBody": '{"id": 3}'},
                    {"id": "0", "status": "FAILED", "httpStatusCode": 500, "escapedHttpBody": "<html>"},
                    {"id": "3", "status": "FAILED", "httpStatusCode": 202, "httpBody": {"deleteCount": 1}},
                ],
            }
        )

    world = World.create(lambda sandbox: MemoryTransport(script))
    products = world.store.products
    calls = [products.create(ProductDraft(name="x", sku="s")), products.get(2), products.get(3), products.delete(4)]
    failed, missing, found, deleted = await world.run(calls)
    assert isinstance(failed, ServerError)
    assert failed.outcome == "unknown"
    assert failed.look_up is not None
    assert isinstance(missing, OutcomeUnknown)
    assert missing.request.path == "/products/2"
    assert found.id == 3
    assert deleted.delete_count == 1


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ([response_item("0", 10), response_item(None, 11), response_item("2", 12)], [10, None, 12]),
        (
            [response_item("0", 10), {**response_item("1", 11), "id": {"id": "1"}}, response_item("2", 12)],
            [10, None, 12],
        ),
        ([response_item("0", 10), response_item("0", 11), response_item("2", 12)], [None, None, 12]),
        ([response_item("0", 10), response_item("1", 11), response_item("1", 11)], [10, None, None]),
        ([response_item("2", 12), response_item("99", 11), response_item("0", 10)], [10, None, 12]),
        ([response_item(None, 10), response_item(None, 11), response_item(None, 12)], [None, None, None]),
        ([response_item(0, 10), response_item(1, 11), response_item(2, 12)], [10, 11, 12]),
        ([response_item("0", 10), None, "1", response_item("2", 12)], [10, None, 12]),
        ([], [None, None, None]),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
async def test_a_response_without_a_unique_id_belongs_to_no_call(
    responses: list[Any], expected: list[int | None], strict: bool
) -> None:
    world = scripted_world(completed_status(*responses))
    world.store._channel.codec.strict = strict
    results = await world.run([world.store.products.get(number) for number in (10, 11, 12)])
    assert [None if isinstance(one, OutcomeUnknown) else one.id for one in results] == expected


async def test_a_response_without_a_status_leaves_its_call_unknown() -> None:
    world = scripted_world(
        completed_status(
            response_item("0", 10, httpStatusCode=None),
            response_item("1", 11, httpStatusCode=-7),
            {**response_item("2", 12, httpCode=200), "httpStatusCode": None},
            response_item("3", 13, escapedHttpBody=None),
        )
    )
    delete, get = world.store.products.delete, world.store.products.get
    first, second, third, deleted = await world.run([delete(10), get(11), get(12), delete(13)], group_id="g")
    assert [first.outcome, second.outcome, deleted.outcome] == ["unknown"] * 3
    assert third.id == 12  # one example in the API reference has "httpCode"


async def test_an_unreadable_body_affects_only_its_own_call() -> None:
    deep = "[" * 100_000
    world = scripted_world(
        completed_status(
            response_item("0", 10, escapedHttpBody="<html>Bad Gateway</html>"),
            response_item("1", 11, escapedHttpBody=f'{{"id": {deep}'),
            response_item("2", 12, escapedHttpBody=None, httpBody={"id": 12}),
            response_item("3", 13, httpStatusCode=400, escapedHttpBody=deep),
            response_item("4", 14, escapedHttpBody=""),
        )
    )
    products = world.store.products
    drafts = [ProductDraft(name="x", sku="s"), ProductDraft(name="y", sku="t")]
    made, deep_one, plain, refused, empty = await world.run(
        [products.create(drafts[0]), products.get(11), products.get(12), products.get(13), products.create(drafts[1])]
    )
    assert isinstance(made, OutcomeUnknown)
    assert isinstance(empty, OutcomeUnknown)
    assert None not in (made.look_up, empty.look_up)
    assert isinstance(deep_one, DecodeError)
    assert plain.id == 12
    assert isinstance(refused, BadRequest)


@pytest.mark.parametrize("depth", [300, 100_000])
async def test_a_deeply_nested_body_affects_only_its_own_call(depth: int) -> None:
    deep = f'{{"id": 11, "name]": {"[" * depth}"]\\"}}"{"]" * depth}}}'
    bodies = [f'{{"id": {number}}}' for number in (10, 12)]
    bodies.insert(1, deep)
    responses = [
        f'{{"id": "{at}", "status": "COMPLETED", "httpStatusCode": 200, "httpBody": {body}}}'
        for at, body in enumerate(bodies)
    ]
    world = scripted_world(make_response(f'{{"status": "COMPLETED", "responses": [{", ".join(responses)}]}}'.encode()))
    products = world.store.products
    results = await world.run([products.get(10), products.create(ProductDraft(name="x")), products.get(12)])
    assert (results[0].id, results[2].id) == (10, 12)
    if depth > 1000:
        assert isinstance(results[1], OutcomeUnknown)


def test_deep_bodies_are_replaced_and_the_rest_is_kept() -> None:
    deep = b"[" * 300 + b"]" * 300
    text = b'{"responses": [{"a": {"b": 1}}, {"a": %b}, {"a": "[[["}]}' % deep
    assert _without_deep_bodies(text) == b'{"responses": [{"a": {"b": 1}}, {"a": "nested too deeply"}, {"a": "[[["}]}'


def test_responses_without_an_id_or_with_a_repeated_one_are_left_out() -> None:
    items = [BatchResponseItem(id=name) for name in ("0", "1", None, "1", "2")]
    assert sorted(responses_by_id(BatchStatus(responses=items))) == ["0", "2"]

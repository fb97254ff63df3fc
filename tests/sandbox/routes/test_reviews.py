"""Reviews: searches, changes of one or many reviews, and the counts and ratings of products."""

import pytest

from ecwid_async.sandbox.state import format_time
from tests.sandbox.routes.stores import NOW, empty_store


def review(review_id, product_id, rating, status="published", **fields):
    time = NOW - 1000 + review_id
    return {
        "id": review_id,
        "status": status,
        "customerId": 7,
        "productId": product_id,
        "orderId": f"ORD{review_id}",
        "rating": rating,
        "review": f"Review {review_id}",
        "reviewerInfo": {"name": "Ann Lee", "email": "ann@example.com", "city": "Riga", "orders": 1},
        "createDate": format_time(time),
        "updateDate": format_time(time),
        "createTimestamp": time,
        "updateTimestamp": time,
        **fields,
    }


@pytest.fixture
def api():
    api = empty_store()
    api.store.load("products", [{"id": 10, "name": "Lamp"}, {"id": 20, "name": "Cup"}])
    rows = [(1, 10, 5), (2, 10, 2), (3, 20, 4), (4, 20, 5)]
    api.store.load("reviews", [review(*row) for row in rows])
    api.store.load("reviews", [review(5, 10, 1, "moderated", review="Broken", reviewerInfo={"name": "Bob"})])
    return api


def ids(api, **params):
    return [item["id"] for item in api.all("/reviews", **params)]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"status": "moderated"}, [5]),
        ({"status": "PUBLISHED"}, [4, 3, 2, 1]),
        ({"rating": 5}, [4, 1]),
        ({"rating": "1,2"}, [5, 2]),
        ({"productId": 20}, [4, 3]),
        ({"orderId": "ord3"}, [3]),
        ({"reviewId": "2,4"}, [4, 2]),
        ({"keyword": "broken"}, [5]),
        ({"searchKeyword": "bob"}, [5]),
        ({"createdFrom": NOW - 997}, [5, 4, 3]),
        ({"createdTo": NOW - 998}, [2, 1]),
        ({"updatedFrom": NOW - 996, "updatedTo": NOW - 996}, [4]),
        ({"sortBy": "DATE_CREATED_ASC"}, [1, 2, 3, 4, 5]),
        ({"sortBy": "RATING_ASC"}, [5, 2, 3, 1, 4]),
        ({"sortBy": "RATING_DESC"}, [4, 1, 3, 2, 5]),
    ],
)
def test_each_filter_and_order_works(api, params, expected):
    assert ids(api, **params) == expected


def test_reviews_are_paginated(api):
    page = api.get("/reviews", offset=3, limit=5)
    assert (page["total"], page["count"], page["limit"]) == (5, 2, 5)


def test_reviews_are_counted_by_status(api):
    assert api.get("/reviews/filters_data") == {"allCount": 5, "moderatedCount": 1, "publishedCount": 4}


def test_publishing_a_review_updates_the_rating_of_its_product(api):
    assert api.put("/reviews/5", {"status": "published"}) == {"updateCount": 1}
    shown = api.get("/reviews/5")
    assert (shown["status"], shown["updateTimestamp"]) == ("published", NOW)
    product = api.get("/products/10", responseFields="rating,reviewsPublished,reviewsModerated")
    assert product == {"rating": (5 + 2 + 1) / 3, "reviewsPublished": 3, "reviewsModerated": 0}
    api.put("/reviews/1", {"status": "moderated"})
    product = api.get("/products/10", responseFields="rating,reviewsPublished,reviewsModerated")
    assert product == {"rating": 1.5, "reviewsPublished": 2, "reviewsModerated": 1}


@pytest.mark.parametrize("status", [None, "deleted", ""])
def test_an_invalid_status_is_refused(api, status):
    assert api.refused("PUT", "/reviews/1", {"status": status})[:2] == (400, "WRONG_PARAMETER")


def test_a_deleted_review_is_listed_as_deleted(api):
    assert api.delete("/reviews/1") == {"deleteCount": 1}
    assert api.get("/reviews/deleted")["items"] == [{"id": 1, "date": format_time(NOW)}]
    assert api.get("/products/10")["reviewsPublished"] == 1
    for method, body in (("GET", None), ("PUT", {"status": "published"}), ("DELETE", None)):
        refusal = api.refused(method, "/reviews/1", body)
        assert refusal == (404, "PRODUCT_REVIEW_NOT_FOUND", "Product review #1 not found")


# Mass updates.


def mass_update(api, **body):
    return api.put("/reviews/mass_update", body)["updateCount"]


def test_all_reviews_are_changed(api):
    assert mass_update(api, selectMode="ALL", newStatus="PUBLISHED") == 5
    assert api.get("/reviews/filters_data")["publishedCount"] == 5
    assert mass_update(api, selectMode="ALL", delete=True) == 5
    assert ids(api) == []


def test_selected_reviews_are_changed(api):
    assert mass_update(api, selectMode="SELECTED", reviewIds=[1, 3, 99], newStatus="moderated") == 2
    assert ids(api, status="moderated") == [5, 3, 1]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"productId": [20]}, [5, 2, 1]),
        ({"rating": [1, 2], "productId": [10]}, [4, 3, 1]),
        ({"status": "MODERATED"}, [4, 3, 2, 1]),
        ({"searchKeyword": "review", "createdFrom": format_time(NOW - 997)}, [5, 2, 1]),
        ({"createdTo": str(NOW - 998)}, [5, 4, 3]),
        ({"reviewId": [2], "rating": []}, [5, 4, 3, 1]),
    ],
)
def test_filtered_reviews_are_changed(api, filters, left):
    mass_update(api, selectMode="ALL_FILTERED", currentFilters=filters, delete=True)
    assert ids(api) == left


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"selectMode": "SOME", "delete": True},
        {"selectMode": "SELECTED", "delete": True},
        {"selectMode": "ALL"},
        {"selectMode": "ALL_FILTERED", "delete": True, "currentFilters": {"createdFrom": "soon"}},
    ],
)
def test_a_mass_update_needs_reviews_and_a_change(api, body):
    assert api.refused("PUT", "/reviews/mass_update", body)[:2] == (400, "WRONG_PARAMETER")
    assert len(ids(api)) == 5


def test_stores_without_the_feature_refuse_reviews(api):
    api.store.simulated_errors.add("PRODUCT_REVIEWS_FEATURE_NOT_AVAILABLE")
    for path in ("/reviews", "/reviews/1", "/reviews/filters_data"):
        assert api.refused("GET", path)[:2] == (403, "PRODUCT_REVIEWS_FEATURE_NOT_AVAILABLE")

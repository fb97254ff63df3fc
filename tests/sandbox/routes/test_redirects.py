"""Redirects of the instant site."""

from tests.sandbox.api import Api

REDIRECTS = "/instant-site/redirects"


def test_redirects_are_created_found_changed_and_deleted(api: Api) -> None:
    sent = [{"fromUrl": "/old", "toUrl": "/new"}, {"fromUrl": "/sale", "toUrl": "/Deals"}]
    assert api.post(REDIRECTS, sent) == {"createCount": 2, "existsCount": 0}
    again = [{"fromUrl": "/old", "toUrl": "/else"}, {"fromUrl": "/third", "toUrl": "/x"}]
    assert api.post(REDIRECTS, again) == {"createCount": 1, "existsCount": 1}
    old, sale, third = api.all(REDIRECTS)
    assert old == {"id": old["id"], **sent[0]}
    assert [one["id"] for one in api.get(REDIRECTS, keyword="deals")["items"]] == [sale["id"]]
    assert api.get(REDIRECTS, offset=1, limit=1)["items"] == [sale]
    assert api.get(f"{REDIRECTS}/get-for-path", exactPath="/old") == {"items": [old], "hasAnyRedirects": True}
    assert api.get(f"{REDIRECTS}/get-for-path", exactPath="/ol") == {"items": [], "hasAnyRedirects": True}
    assert api.put(f"{REDIRECTS}/{old['id']}", {"toUrl": "/newer"}) == {"updateCount": 1}
    assert api.get(f"{REDIRECTS}/{old['id']}") == old | {"toUrl": "/newer"}
    for one in (old, sale, third):
        assert api.delete(f"{REDIRECTS}/{one['id']}") == {"deleteCount": 1}
    assert api.get(f"{REDIRECTS}/get-for-path", exactPath="/old") == {"items": [], "hasAnyRedirects": False}
    assert api.refused("GET", f"{REDIRECTS}/{old['id']}")[0] == 404


def test_a_redirect_needs_two_urls_and_a_unique_source(api: Api) -> None:
    assert "toUrl" in api.refused("POST", REDIRECTS, [{"fromUrl": "/a", "toUrl": "/b"}, {"fromUrl": "/c"}])[2]
    assert api.get(REDIRECTS)["total"] == 0
    api.post(REDIRECTS, [{"fromUrl": "/a", "toUrl": "/b"}, {"fromUrl": "/c", "toUrl": "/d"}])
    second = api.all(REDIRECTS)[1]
    assert api.refused("PUT", f"{REDIRECTS}/{second['id']}", {"fromUrl": "/a"})[:2] == (409, "CONSTRAINT_VIOLATION")
    assert api.get(f"{REDIRECTS}/{second['id']}") == second

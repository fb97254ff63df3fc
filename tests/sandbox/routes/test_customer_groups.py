"""Customer groups: General always exists, and members follow changes of their group."""


def make(api, name, **fields):
    return api.post("/customer_groups", {"name": name, **fields})["id"]


def member(api, group):
    number = api.post("/customers", {"email": f"{group}@example.com", "customerGroupId": group})["id"]
    return f"/customers/{number}"


def test_general_always_exists_and_is_counted(api):
    assert api.get("/customer_groups")["items"] == [{"id": 0, "name": "General"}]
    created = [make(api, f"Group {number}") for number in range(6)]
    page = api.get("/customer_groups", offset=6)
    assert (page["total"], page["count"], page["items"]) == (7, 1, [{"id": created[-1], "name": "Group 5"}])


def test_general_can_be_renamed_but_not_deleted(api):
    assert api.refused("DELETE", "/customer_groups/0")[:2] == (400, "WRONG_PARAMETER")
    api.put("/customer_groups/0", {"name": "Everyone"})
    assert api.get("/customer_groups/0") == {"id": 0, "name": "Everyone"}


def test_groups_are_found_by_part_of_their_name_and_by_ids_in_their_own_order(api):
    one, two, three = make(api, "Retail"), make(api, "Wholesale 1"), make(api, "Wholesale 2")
    found = [group["id"] for group in api.get("/customer_groups", keyword="hole")["items"]]
    assert found == [two, three]
    for name in ("customerGroupId", "customerGroupIds"):
        found = [group["id"] for group in api.get("/customer_groups", **{name: [three, 0, one]})["items"]]
        assert found == [0, one, three]


def test_members_follow_the_renaming_and_deletion_of_their_group(api):
    group = make(api, "VIP")
    path = member(api, group)
    assert api.get(path)["customerGroupName"] == "VIP"
    assert api.put(f"/customer_groups/{group}", {"name": "Friends"}) == {"updateCount": 1}
    assert api.get(path)["customerGroupName"] == "Friends"
    assert api.delete(f"/customer_groups/{group}") == {"deleteCount": 1}
    assert api.get(path, responseFields="customerGroupId,customerGroupName") == {
        "customerGroupId": 0,
        "customerGroupName": "General",
    }
    refusal = api.refused("GET", f"/customer_groups/{group}")
    assert refusal == (404, "CUSTOMER_GROUP_NOT_FOUND", f"Customer group #{group} not found")


def test_a_group_needs_a_name_and_a_unique_external_id(api):
    assert api.refused("POST", "/customer_groups", {"name": " "})[:2] == (400, "WRONG_PARAMETER")
    one, two = make(api, "A", externalReferenceId="x"), make(api, "B")
    code = "EXTERNAL_ID_ALREADY_USED"
    assert api.refused("POST", "/customer_groups", {"name": "C", "externalReferenceId": "x"})[:2] == (409, code)
    assert api.refused("PUT", f"/customer_groups/{two}", {"externalReferenceId": "x"})[:2] == (409, code)
    api.put(f"/customer_groups/{one}", {"externalReferenceId": "x"})

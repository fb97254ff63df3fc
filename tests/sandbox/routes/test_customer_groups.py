"""Customer groups: the General group, and updates of their members."""


def create_group(api, name, **fields):
    return api.post("/customer_groups", {"name": name, **fields})["id"]


def create_member(api, group):
    number = api.post("/customers", {"email": f"{group}@example.com", "customerGroupId": group})["id"]
    return f"/customers/{number}"


def test_the_general_group_always_exists_and_is_listed(api):
    assert api.get("/customer_groups")["items"] == [{"id": 0, "name": "General"}]
    created = [create_group(api, f"Group {number}") for number in range(6)]
    page = api.get("/customer_groups", offset=6)
    assert (page["total"], page["count"], page["items"]) == (7, 1, [{"id": created[-1], "name": "Group 5"}])


def test_the_general_group_can_be_renamed_but_not_deleted(api):
    assert api.refused("DELETE", "/customer_groups/0")[:2] == (400, "WRONG_PARAMETER")
    api.put("/customer_groups/0", {"name": "Everyone"})
    assert api.get("/customer_groups/0") == {"id": 0, "name": "Everyone"}


def test_groups_are_found_by_part_of_their_name_or_by_ids(api):
    one, two, three = create_group(api, "Retail"), create_group(api, "Wholesale 1"), create_group(api, "Wholesale 2")
    found = [group["id"] for group in api.get("/customer_groups", keyword="hole")["items"]]
    assert found == [two, three]
    for name in ("customerGroupId", "customerGroupIds"):
        found = [group["id"] for group in api.get("/customer_groups", **{name: [three, 0, one]})["items"]]
        assert found == [0, one, three]


def test_renaming_or_deleting_a_group_updates_its_members(api):
    group = create_group(api, "VIP")
    path = create_member(api, group)
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
    one, two = create_group(api, "A", externalReferenceId="x"), create_group(api, "B")
    code = "EXTERNAL_ID_ALREADY_USED"
    assert api.refused("POST", "/customer_groups", {"name": "C", "externalReferenceId": "x"})[:2] == (409, code)
    assert api.refused("PUT", f"/customer_groups/{two}", {"externalReferenceId": "x"})[:2] == (409, code)
    api.put(f"/customer_groups/{one}", {"externalReferenceId": "x"})

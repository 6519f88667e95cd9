"""Numbers in addresses that no key can be are simply not there, on both databases."""

import pytest

from tests.support.world import World


@pytest.mark.parametrize("number", ["99999999999999999999", str(2**63), "9" * 5000, "-1", "1e3", "٣"])
def test_an_impossible_number_is_not_found(sqlite_world: World, number: str) -> None:
    assert sqlite_world.browser("hangzhou_clerk").get(f"/bids/{number}").status_code == 404


def test_the_largest_possible_number_is_asked_for_and_not_found(world: World) -> None:
    assert world.browser("hangzhou_clerk").get(f"/bids/{2**63 - 1}").status_code == 404

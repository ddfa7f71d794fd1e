"""One branch of the tree."""

from cnnfigs.illustrations.photo.strongest_branch import StrongestBranch, branch
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree


def test_each_unit_is_the_strongest_of_those_that_drive_the_one_before():
    tree = HierarchyTree().result
    for first in range(3):
        chain = branch(tree, first)
        assert chain[0][0] == tree.levels[0].units[first]
        number = first
        for (unit, share), joined, level in zip(chain[1:], tree.links, tree.levels[1:], strict=False):
            driving = {link.share: link.lower for link in joined if link.upper == number}
            assert share == max(driving)
            number = driving[share]
            assert unit == level.units[number]


def test_pieces_become_smaller_on_the_way_down():
    sides = [unit.box[2] for unit, _ in branch(StrongestBranch().result, 1)]
    assert len(sides) == 5
    assert sides == sorted(sides, reverse=True)
    assert StrongestBranch().facts["sides"] == ", ".join(map(str, sides))

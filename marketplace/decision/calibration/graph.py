"""Who is connected with whom (连通性): union–find on the graph of projects and reviewers."""

from collections.abc import Iterable

from marketplace.decision.arrays import Ints, np


class Forest:
    """Disjoint sets of whole numbers (并查集)."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, node: int) -> int:
        """The representative of the set of `node`."""
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node

    def join(self, a: int, b: int) -> None:
        """Make one set of the sets of `a` and `b`; the smaller number represents it."""
        first, second = sorted((self.find(a), self.find(b)))
        self._parent[second] = first


def components(pairs: Iterable[tuple[int, int]], n_projects: int, n_reviewers: int) -> tuple[Ints, Ints]:
    """Component of each project [P] and reviewer [R], numbered from 0; −1 without any pair."""
    forest = Forest(n_projects + n_reviewers)
    used = np.zeros(n_projects + n_reviewers, dtype=bool)
    for project, reviewer in pairs:
        forest.join(project, n_projects + reviewer)
        used[[project, n_projects + reviewer]] = True
    names: dict[int, int] = {}
    labels = [
        names.setdefault(forest.find(node), len(names)) if used[node] else -1 for node in range(len(used))
    ]
    return np.array(labels[:n_projects], dtype=np.int64), np.array(labels[n_projects:], dtype=np.int64)

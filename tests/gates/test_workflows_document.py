"""docs/workflows.md tells what the tables say, and every state can be reached."""

from marketplace.workflow_document import TARGET, document, workflows


def test_the_document_is_the_tables() -> None:
    assert TARGET.read_text(encoding="utf-8") == document()


def test_every_state_can_be_reached_from_the_first() -> None:
    for flow in workflows():
        reached = {str(next(iter(flow.states)))}
        for _ in flow.moves:
            reached |= {move.next for move in flow.moves if move.state in reached}
        assert reached == {str(state) for state in flow.states}, flow.name

"""The verbs about people and organisations (办理)."""

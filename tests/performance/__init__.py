"""What pages cost in statements: few, and the same whatever the size."""

"""专家组意见书: what the panel says of the items before it, put together, finalised by the chair, written as Word."""

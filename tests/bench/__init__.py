"""The benchmark: our pages beside a bare twin, on the same server, the same data, in one run. Not a test."""

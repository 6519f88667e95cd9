"""Measure the program (性能测试): every figure beside its target."""

"""Install, start, test and check the program from a bare Python.

Only the standard library and this package itself are imported here.
"""

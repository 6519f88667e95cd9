"""Gates: tests that read the program and guard its shape."""

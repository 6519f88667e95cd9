"""Background computations (后台计算): heavy solves asked for by a page, done in a child process of the worker, shown
when they are there. Neither the web program nor the worker ever loads what only the solves need."""

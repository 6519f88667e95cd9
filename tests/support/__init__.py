"""Real parts for the tests: a PostgreSQL server, a browser, a mail server; a missing part is a failure."""

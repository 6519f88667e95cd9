# Thin: every target is a verb of app.py.
.DEFAULT_GOAL := help
.PHONY: help run install test check bench shots

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run:  ## install and run the demo: make run ARGS="--port 5001"
	python3 app.py run $(ARGS)

install:  ## install what running needs
	python3 app.py install

test:  ## install and pass every test: make test ARGS="tests/bids"
	python3 app.py test $(ARGS)

check:  ## lint, format, types, import order, templates, dependencies
	python3 app.py check

bench:  ## measure the program beside its bare twin
	python3 app.py bench $(ARGS)

shots:  ## make the README's pictures
	python3 app.py shots $(ARGS)

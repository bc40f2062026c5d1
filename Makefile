# Parvis: `make run` starts it, `make test` proves it. Everything else is in `make help`.
.DEFAULT_GOAL := help
.PHONY: help run cluster test faults worlds check bench demo messages privacy clean
export PYTHON PORT DEMO

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## set up what is missing, then serve on http://127.0.0.1:8000 (PORT=8080, DEMO=no)
	@deploy/python deploy/setup.py run

cluster: ## the server profile on this machine: nginx, two nodes, PostgreSQL with a standby, Redis, workers (PORT=8080, DEMO=no)
	@deploy/python deploy/run_cluster.py

test: ## set up, then every test on SQLite, on PostgreSQL with Redis, and in a browser (ARGS="-k wall" for some)
	@deploy/python deploy/run_tests.py $(ARGS)

faults: ## rounds of kill -9, hanging parts, full disks … with a checker of what was promised (ARGS="--seed 7 --rounds 200")
	@deploy/python deploy/run_faults.py $(ARGS)

worlds: ## random scripts in two worlds, one with a hidden group: outsiders are sent the same (ARGS="--seed 7 --steps 5000", ARGS="--leaks")
	@deploy/python deploy/run_worlds.py $(ARGS)

check: ## style, types, floors, migrations, translations, dead code (ONLY=types for one)
	@deploy/python deploy/check.py $(ONLY)

bench: ## the figures of docs/performance.md, as ratios to the bare limits
	@deploy/python deploy/setup.py prepare-tests
	@.venv/bin/python -m bench $(ARGS)

demo: ## put the demo company into an empty data folder
	@deploy/python deploy/setup.py prepare
	@.venv/bin/python manage.py migrate --verbosity 0
	@.venv/bin/python manage.py load_demo

messages: ## gather new texts into locale/ for translation (needs gettext)
	@deploy/python deploy/setup.py prepare
	@.venv/bin/python deploy/messages.py

privacy: ## write what outsiders may learn from the list of the tests into docs/privacy.md
	@deploy/python deploy/setup.py prepare
	@.venv/bin/python -m tests.worlds.may_learn

clean: ## remove what was set up; data-local stays
	@rm -rf .venv node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# make demo   sets everything up and drives the three cases; make test   sets everything up and passes the tests
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV ?= $(HOME)/.cache/moosetest/venv
BIN := $(VENV)/bin
export YOLO_OFFLINE := 1
export PYTHONDONTWRITEBYTECODE := 1
# One stamp for each checkout and each pyproject.toml: an environment is reused while both are the same.
STAMP := $(VENV)/.installed-$(shell (cat pyproject.toml setup/install; pwd) | sha256sum | cut -c1-16)

.PHONY: demo test test-slow endurance check format speed clean-env

demo: $(STAMP)
	$(BIN)/moosetest demo

test: $(STAMP)
	$(BIN)/pytest -m "not slow and not perf and not gpu and not endurance" -n 2

endurance: $(STAMP)
	$(BIN)/pytest -m endurance -n 2 tests/endurance

test-slow: $(STAMP)
	$(BIN)/pytest -m "slow and not perf and not gpu and not endurance" -n 2

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

speed: $(STAMP)
	$(BIN)/moosetest speed

clean-env:
	rm -rf "$(VENV)"

$(STAMP):
	bash setup/install "$(PYTHON)" "$(VENV)"
	touch "$@"

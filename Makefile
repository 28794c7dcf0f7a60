# Ponte: one command for each thing one does here. `make help` lists them.
SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
export SAM_CLI_TELEMETRY := 0

.PHONY: help run test check simulate simulate-mutants bench bench-people build lock setup browser postgres clean

help: ## Mostra os comandos / show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Sobe o sandbox, sem conta nenhuma / start the sandbox, no account needed
	@exec $(BIN)/python -m sandbox

test: setup browser ## Roda todos os testes / run all tests (PYTEST_ARGS="...")
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile $(PYTEST_ARGS)

check: setup ## Estilo, tipos, camadas e template / style, types, layers and template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy functions build_tools tests/template
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/cfn-lint template.yaml
	AWS_DEFAULT_REGION=sa-east-1 $(BIN)/sam validate --lint
	$(BIN)/python -m pytest -q tests/template

simulate: setup ## Simula histórias com falhas / simulate histories with faults (KIND=messages|people SEEDS=1000 FIRST=0 RECORD=file, or SEED=k)
	@$(BIN)/python -m sandbox.simulate --kind $(or $(KIND),messages) $(if $(SEED),--seed $(SEED) --message "$(MESSAGE)",--seeds $(or $(SEEDS),1000) --first $(or $(FIRST),0) $(if $(RECORD),--record "$(RECORD)"))

simulate-mutants: setup ## Planta erros que a simulação tem de achar / plant bugs that the simulation has to catch
	@$(BIN)/python -m sandbox.simulate --mutants

bench: setup ## Mede ao lado de outros, nas mesmas histórias / measure beside peers, on the same histories (SEEDS=60)
	@$(BIN)/python -W ignore -m benchmarks.peers --seeds $(or $(SEEDS),60)

bench-people: setup ## Mede a carga inicial de pessoas / measure a backfill of people (PEOPLE=10000)
	@$(BIN)/python -W ignore -m benchmarks.people_backfill --people $(or $(PEOPLE),10000)

build: setup ## Monta o pacote para a AWS / build what `sam deploy` uploads
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/sam build
	$(BIN)/python build_tools/layer_size.py .aws-sam/build/DependenciesLayer

lock: setup ## Fixa as versões de novo / pin versions again (UPGRADE=1: the newest)
	bash build_tools/lock.sh

setup: .venv/.up-to-date .venv-sandbox/.up-to-date

.venv/.up-to-date: requirements/dev.txt pyproject.toml build_tools/make_environment.sh
	@bash build_tools/make_environment.sh .venv requirements/dev.txt project

.venv-sandbox/.up-to-date: requirements/sandbox.txt build_tools/make_environment.sh
	@bash build_tools/make_environment.sh .venv-sandbox requirements/sandbox.txt

browser: ## Instala o Chromium para os testes das páginas / install Chromium for the tests of pages
	@bash build_tools/find_browser.sh

postgres: ## Instala o PostgreSQL 15 para os testes do SQL do Zattar (como root) / install PostgreSQL 15 for the SQL tests
	apt-get install -y --no-install-recommends postgresql-15

clean: ## Apaga o que foi montado / remove what was built (environments too)
	rm -rf .venv .venv-sandbox .sandbox .aws-sam build .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info layers/ponte/python/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

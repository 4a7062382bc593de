# Framelines: from coded tables to figures, numbers and reports. Try `make help`.
# What is stale is decided by content, in lib/framelines/build/runner.py; -jN builds N notebooks at once.

PYTHON ?= python3
UV := uv==0.13.9
export PYTHONPATH := $(CURDIR)/lib
FRAMELINES := .venv/bin/python -m framelines

.PHONY: all test test-all manifest verify review diff bench bench-scale simulate check check-corpus check-text
.PHONY: features audit mentions corpus code export import reference site lab clean distclean help

#: Build and read
all: .venv/.ready ## everything: the environment, figures, tables, numbers, reports and article (the default)
	@$(FRAMELINES) build

site: all ## a folder that any static host serves: build/site
	rm -rf build/site && mkdir -p build/site && cp -r reports figures build/site
	printf '<!doctype html><meta http-equiv="refresh" content="0; url=reports/index.html"><title>Framelines</title>\n' > build/site/index.html

lab: .venv/.ready ## add JupyterLab and open the notebooks
	@mkdir -p build; sed -n 's/^\([a-z0-9.-]*==[^ ]*\).*/\1/p' requirements.lock > build/constraints.txt
	.venv/bin/python -m pip install --quiet -c build/constraints.txt 'jupyterlab>=4,<5'
	MATPLOTLIBRC="$(CURDIR)/matplotlibrc" .venv/bin/python -m jupyter lab notebooks

# --- the environment: every package pinned, with hashes, as wheels ---
.venv/.ready: requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; '$(PYTHON)' is none. Name one: make PYTHON=python3.11" >&2; exit 2; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "'$(PYTHON)' comes without venv. On Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }
	rm -rf .venv && "$(PYTHON)" -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check $(UV) && \
	  .venv/bin/uv pip sync --quiet --python .venv/bin/python --no-build --require-hashes requirements.lock || \
	  .venv/bin/python -m pip install --quiet --no-compile --only-binary :all: --require-hashes --requirement requirements.lock
	@MPLCONFIGDIR=.venv/matplotlib .venv/bin/python -c 'import matplotlib.font_manager, pandas, papermill'
	@touch $@

#: Your own corpus
corpus: .venv/.ready ## make a case of your texts: make corpus FROM=folder-or-table NAME=my-war
	@$(FRAMELINES) corpus "$${FROM:?name a file or folder, such as FROM=my-texts}" "$$NAME" --dates "$$DATES"
code: .venv/.ready ## code the texts of a case by rules, without a person: make code NAME=my-war [SCHEDULER=tcp://host:port]
	@$(FRAMELINES) code "$$NAME"
export: .venv/.ready ## texts to code: make export NAME=my-war TO=label-studio|inception|csv|xlsx [CODER=none]
	@$(FRAMELINES) export "$$NAME" --to "$$TO" --coder "$$CODER"
import: .venv/.ready ## take in what was coded: make import FROM=file-or-folder NAME=my-war CODER=anna
	@$(FRAMELINES) import "$${FROM:?name a file or folder, such as FROM=my-texts}" "$$NAME" --coder "$$CODER"
reference: .venv/.ready ## UCDP or ACLED: make reference FROM=GEDEvent.csv NAME=my-war [DAYS=] [COUNTRY=] [BOX=]
	@$(FRAMELINES) reference "$${FROM:?name a file or folder, such as FROM=my-texts}" "$$NAME" --days "$$DAYS" --country "$$COUNTRY" --box "$$BOX"

#: Test what is here
test: .venv/.ready ## lint, formatting, types, and all quick tests
	.venv/bin/python -m ruff check lib tests notebooks benchmarks
	.venv/bin/python -m ruff format --check lib tests benchmarks
	.venv/bin/python -m mypy lib/framelines
	.venv/bin/python -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder
test-all: test ## the slow tests too: browser, LaTeX, other days and users, kills
	.venv/bin/python -m pytest -q -n 2 --dist loadscope -m slow

#: Is it what it was?
# In a clean copy, with this environment or that of PYTHON=folder/bin/python.
named := $(filter command,$(origin PYTHON))
manifest verify review diff: $(if $(named),,.venv/.ready)
	@$(if $(named),"$(PYTHON)",.venv/bin/python) -m framelines $(subst review,verify --clean,$@) $(if $(filter diff,$@),"$${REV:-HEAD}")
manifest: ## rebuild everything and record every result in MANIFEST.json
verify: ## rebuild everything and name what is not as recorded
review: ## what a reviewer does: verify a clean copy without a network
diff: ## what moved in the results: make diff REV=v1.0, or REV=v1.0..v1.1

check check-corpus check-text features: .venv/.ready
	@$(FRAMELINES) $(subst check-corpus,check --with-texts,$@)
audit mentions: .venv/.ready
	@$(FRAMELINES) $@ $(if $(NAME),--data "data/$$NAME")
#: Check the tables, and the texts if you hold them
check: ## check every table
check-corpus: ## check every span against the texts: make check-corpus CORPUS=folder
check-text: ## search the tree for runs of words from the texts: make check-text CORPUS=folder
audit: ## list what no row explains: make audit CORPUS=folder, or of your case: NAME=my-war
features: ## rebuild data/features/ from the texts: make features CORPUS=folder
mentions: ## count naming mentions anew: make mentions CORPUS=folder, or NAME=my-war
#: Measure the project itself
bench: .venv/.ready ## time a clean build, into docs/benchmarks.md
	@.venv/bin/python benchmarks/rebuild.py
bench-scale: .venv/.ready ## time 1,000 to 100,000 documents: make bench-scale SIZES=1000,10000
	.venv/bin/python -m pip install --quiet 'scikit-learn>=1.7,<2'
	@SIZES="$(SIZES)" .venv/bin/python benchmarks/scale.py
simulate: .venv/.ready ## do intervals cover, do tests hold? into docs/simulations.md
	@PYTHONHASHSEED=0 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/bin/python benchmarks/simulations.py

#: Tidy up
# Neither touches data/, nor figures, tables and numbers.
clean: ## remove what is built; keep the environment and everything that is committed
	rm -rf build
	find reports -name '*.html' -delete 2>/dev/null || true
distclean: clean ## remove the environment too
	rm -rf .venv

help: ## this list
	@awk -F': .*## |:.*## ' '/^#: / {printf "\n%s\n", substr($$0, 4)} \
	  /^[a-z][a-z-]*:.*## / {printf "make %-15s %s\n", $$1, $$2}' Makefile

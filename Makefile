# Framelines: from coded tables to figures, numbers and reports. Try `make help`.

ifeq (,$(filter grouped-target,$(.FEATURES)))
$(error GNU Make 4.3 or newer is needed; this is $(MAKE_VERSION). On a Mac: brew install make, then type gmake)
endif

PYTHON ?= python3
UV := uv==0.13.9
FRAMELINES := .venv/bin/python -m framelines
# The same, forked from a process that has the libraries in memory (lib/framelines/warm.py).
WARM := .venv/bin/python -m framelines.warm framelines
export FRAMELINES_WARM ?= 1

# --- the same bytes on every machine, on every day, for every user (lib/framelines/runner.py) ---
export SOURCE_DATE_EPOCH := 1767225600
export PYTHONHASHSEED := 0
export PYTHONNOUSERSITE := 1
export TZ := UTC
export LC_ALL := C.UTF-8
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export JUPYTER_NO_CONFIG := 1
export JUPYTER_PREFER_ENV_PATH := 1
export PYTHONPATH := $(CURDIR)/lib
export MATPLOTLIBRC := $(CURDIR)/matplotlibrc
export MPLCONFIGDIR := $(CURDIR)/.venv/matplotlib
export IPYTHONDIR := $(CURDIR)/build/ipython
unexport MPLBACKEND JUPYTER_PATH JUPYTER_DATA_DIR JUPYTER_CONFIG_DIR JUPYTER_CONFIG_PATH COLUMNS \
  PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONOPTIMIZE PYTHONUTF8 PYTHONDONTWRITEBYTECODE

# --- what there is: every notebook runs for every case ---
CASES := $(patsubst notebooks/cases/%.yaml,%,$(wildcard notebooks/cases/*.yaml))
NOTEBOOKS := $(patsubst notebooks/%.ipynb,%,$(wildcard notebooks/0*.ipynb))
PAIRS := $(foreach case,$(CASES),$(addprefix $(case)/,$(NOTEBOOKS)))
EXECUTED := $(PAIRS:%=build/executed/%.ipynb)
PAGES := $(PAIRS:%=reports/%.html)
PRINTED := $(CASES:%=reports/%/report.pdf)

# --- what it is made from ---
LIBRARY := $(wildcard lib/framelines/*.py lib/framelines/*/*.py)
PAGE_CODE := $(addprefix lib/framelines/,render.py markup.py) $(wildcard lib/framelines/templates/framelines/*)
SHELF := $(addprefix reports/,methods.html data.html codebook.html environment.html colophon.html)
SHELF_SOURCES := $(wildcard $(addprefix lib/framelines/,pages.py lookups.py dictionary.py) docs/*.md Makefile \
    pyproject.toml requirements.lock CITATION.cff paper/references.bib data/CODEBOOK.md data/INTRODUCTION.md)
PRINT_CODE := $(addprefix lib/framelines/,render.py markup.py print_tree.py typeset.py) \
    lib/framelines/templates/typst/report.typ
PAPER := lib/framelines/paper.py $(filter-out paper/numbers.typ,$(wildcard paper/*.typ paper/*.bib))
OTHER_CODE := $(addprefix lib/framelines/,scaffold.py paper.py pages.py lookups.py catalogue.py dictionary.py \
    frontpage.py comparison.py fingerprint.py manifest.py scratch.py verify.py review.py warm.py commands.py __main__.py)
CODE := $(filter-out $(PAGE_CODE) $(PRINT_CODE) $(OTHER_CODE),$(LIBRARY)) matplotlibrc
folder = $(shell sed -n "s/^data:[ \"']*\([^ \"'#]*\).*/\1/p" notebooks/cases/$(1).yaml)
tables = $(wildcard data/lexicons.csv $(1)/*.csv $(1)/features/*.csv)

.SECONDEXPANSION:
.PHONY: all reports paper test test-all manifest verify review diff bench check check-corpus check-text
.PHONY: features audit mentions dictionary readme
.PHONY: new-case new-source add-document lab clean distclean help FORCE

all: reports paper ## everything: the environment, figures, tables, numbers, reports and article (the default)
	@echo "Built. Open reports/index.html"

reports: reports/index.html $(SHELF) $(PRINTED) ## the pages and PDFs below reports/, and all that they show
paper: build/paper/paper.pdf ## the worked example of an article, with every number looked up

# One notebook, one case. The runner moves results into place when the last cell has run.
$(EXECUTED): build/executed/%.ipynb: notebooks/$$(*F).ipynb notebooks/cases/$$(*D).yaml \
    $(wildcard notebooks/findings.yaml) $$(call tables,$$(call folder,$$(*D))) $(CODE) .venv/.ready
	$(WARM) run $(*F) $(*D)

$(PAGES): reports/%.html: build/executed/%.ipynb build/pages.txt $(PAGE_CODE)
	$(WARM) render $(*D) $(*F)

# A case in print: all its notebooks, in order.
$(PRINTED): reports/%/report.pdf: $$(addprefix build/executed/$$*/,$$(addsuffix .ipynb,$$(NOTEBOOKS))) build/pages.txt $(PRINT_CODE)
	$(WARM) typeset $*

build/paper/paper.pdf: $(EXECUTED) build/pages.txt $(PRINT_CODE) $(PAPER)
	$(WARM) paper

# The front page, and the pages of prose beside the reports.
reports/index.html $(SHELF) &: $(PAGES) $(SHELF_SOURCES)
	$(WARM) index

# Pages link to each other: a list of them, which changes only when a notebook or case comes or goes.
build/pages.txt: FORCE
	@mkdir -p build; echo "$(PAGES)" | cmp -s - $@ || echo "$(PAGES)" > $@

# --- the environment ---
.venv/.ready: requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; '$(PYTHON)' is none. Name one: make PYTHON=python3.11" >&2; exit 2; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "'$(PYTHON)' comes without venv. On Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }
	"$(PYTHON)" -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check $(UV) && \
	  .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock || \
	  .venv/bin/python -m pip install --quiet --no-compile --require-hashes --requirement requirements.lock
	@.venv/bin/python -c 'import matplotlib.font_manager, pandas, papermill'
	@touch $@

# --- checks ---
SOURCES := $(wildcard lib tests tools)
test: .venv/.ready ## lint, formatting, types, and all tests
	.venv/bin/python -m ruff check $(SOURCES) notebooks
	.venv/bin/python -m ruff format --check $(SOURCES)
	.venv/bin/python -m mypy lib/framelines
	.venv/bin/python -m pytest -q
test-all: test ## all tests and the slow ones: browsers, LaTeX, other days and users, kills
	.venv/bin/python -m pytest -q -m slow

# Is it what it was? In a scratch checkout, with this environment or that of PYTHON=folder/bin/python.
named := $(filter command,$(origin PYTHON))
manifest verify review diff: $(if $(named),,.venv/.ready)
	$(if $(named),"$(PYTHON)",.venv/bin/python) -m framelines $@ $(if $(filter diff,$@),"$${REV:-HEAD}")
manifest: ## rebuild everything and record every result in MANIFEST.json
verify: ## rebuild everything and name what is not as recorded
review: ## what a reviewer does: verify a clean copy without a network, and certify it
diff: ## what moved in the results: make diff REV=v1.0, or REV=v1.0..v1.1

bench: .venv/.ready ## time a rebuild beside the same by hand, into docs/benchmarks.md
	.venv/bin/python tools/bench.py

check check-corpus check-text features audit mentions dictionary readme: .venv/.ready
	$(FRAMELINES) $@
check: ## check every table
check-corpus: ## check every span against the texts: make check-corpus CORPUS=folder
check-text: ## search the tree for runs of words from the texts: make check-text CORPUS=folder
features: ## rebuild data/features/ from the texts: make features CORPUS=folder
audit: ## list what no row explains: make audit CORPUS=folder
mentions: ## count naming mentions anew: make mentions CORPUS=folder
dictionary: ## print data/README.md and data/datapackage.json from the schemas
readme: ## print the findings of the build into README.md

# --- a corpus of your own ---
new-case: .venv/.ready ## lay down a case that builds: make new-case NAME=my-war
	$(FRAMELINES) new-case "$$NAME"
new-source: .venv/.ready ## add an outlet: make new-source NAME=daily-news DATA=data/my-war
	$(FRAMELINES) new-source "$$NAME" --data "$${DATA:-data}"
add-document: .venv/.ready ## add an article: make add-document TEXT= SOURCE= PUBLISHED= LABEL= DATA=
	$(FRAMELINES) add-document "$$TEXT" --source "$$SOURCE" --published "$$PUBLISHED" \
	  --label "$$LABEL" --data "$${DATA:-data}" $(OPTIONS)

lab: .venv/.ready ## add JupyterLab and open the notebooks
	@mkdir -p build; sed -n 's/^\([a-z0-9.-]*==[^ ]*\).*/\1/p' requirements.lock > build/constraints.txt
	.venv/bin/python -m pip install --quiet -c build/constraints.txt 'jupyterlab>=4,<5'
	.venv/bin/python -m jupyter lab notebooks

# --- tidying up: neither touches data/, nor figures, tables and numbers ---
clean: ## remove what is built; keep the environment and everything that is committed
	rm -rf build
	find reports -name '*.html' -delete -o -name '*.pdf' -delete 2>/dev/null || true
distclean: clean ## remove the environment too
	rm -rf .venv

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' Makefile | awk -F'\t' '{printf "make %-13s %s\n", $$1, $$2}'

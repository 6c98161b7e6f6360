# make run   build, index the shipped corpus, serve on http://127.0.0.1:8080
# make test  every test: format, lints, Rust, pages, browser

BANGBAN = $(or $(CARGO_TARGET_DIR),target)/release/bangban

run: web
	cargo build --release
	$(BANGBAN) import corpus --out index --findings index/findings.jsonl || [ $$? -eq 3 ]
	$(BANGBAN) serve

test: tools web
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo test
	npm --prefix web test
	tests/browser.sh

web: web/node_modules
	npm --prefix web run build

web/node_modules: web/package-lock.json
	npm --prefix web ci --no-audit --no-fund
	@touch $@

# What the browser tests need beyond Rust, Node and Python.
tools:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium fonts-noto-cjk; } || \
	  { echo 'the browser tests need Debian package chromium: apt-get install chromium fonts-noto-cjk'; exit 1; }

# Questions with known answers, measured against the index that `make run` built.
eval:
	$(BANGBAN) eval ../shared/eval/guangan/questions.jsonl --guides ../shared/eval/guangan/items.jsonl

# The shipped model anew: four runs, each from the last checkpoint if it was stopped, their mean, and half its layers that
# learn from all of them. Minutes on a GPU.
TEACH = python3 models/train/train.py --workers 3
model:
	python3 -m pip install -q -r models/train/requirements.txt
	$(TEACH) --seed 7 --work target/train/7
	$(TEACH) --seed 8 --work target/train/8
	$(TEACH) --seed 9 --work target/train/9 --rate 2e-4
	$(TEACH) --seed 10 --work target/train/10 --route-weight 1
	python3 models/train/mix.py --out target/taught target/train/7 target/train/8 target/train/9 target/train/10
	python3 models/train/distil.py target/taught
	python3 models/train/distil.py target/taught --out models/bangban-e5-small
	python3 models/convert/smooth.py models/bangban-e5-small

# The weights that depend on the model, learned from questions that the index lacks; build again afterwards.
fit:
	$(BANGBAN) import corpus --index target/fit || [ $$? -eq 3 ]
	$(BANGBAN) fit --index target/fit

dist: web
	cargo build --profile dist

.PHONY: run test web tools eval model fit dist

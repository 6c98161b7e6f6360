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

dist: web
	cargo build --profile dist

.PHONY: run test web tools eval dist

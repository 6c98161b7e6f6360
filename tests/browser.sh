#!/usr/bin/env bash
# Serves the shipped corpus with the tested binary and walks through the pages in a real browser.
set -euo pipefail
cd "$(dirname "$0")/.."
# The binary of the tests: a plain build would compile half of the dependencies again with other features.
cargo test --no-run --test it
bangban=${CARGO_TARGET_DIR:-target}/debug/bangban
work=$(mktemp -d)
stop() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT
"$bangban" import corpus --examples 4 --out "$work/index" --findings "$work/findings.jsonl" || [ $? -eq 3 ]
port=${PORT:-18080}
BANGBAN_LIMITS__PER_MINUTE=0 "$bangban" serve --index "$work/index" --listen "127.0.0.1:$port" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  curl -fs "http://127.0.0.1:$port/readyz" >/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.2
done
BASE_URL="http://127.0.0.1:$port" npm --prefix web run e2e || { tail -50 "$work/log"; exit 1; }

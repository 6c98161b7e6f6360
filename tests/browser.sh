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
export BANGBAN_DATA="$work/data"
# People at the desk; their password is made for this run alone.
export DESK_PASSWORD
DESK_PASSWORD=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
for who in wang:0101:agent li:0102:agent zhao:0301:helper boss:0001:supervisor,editor qian:0002:editor \
  sun:0004:analyst root:0000:admin,auditor; do
  IFS=: read -r login number roles <<<"$who"
  printf '%s\n' "$DESK_PASSWORD" | "$bangban" admin create --login "$login" --number "$number" --roles "$roles" >/dev/null
done
# A page of another origin that carries the widget.
export HOST_PORT=$((port + 1))
# An identity provider, which a test opens when it is wanted, and a telephone system.
export OIDC_PORT=$((port + 2)) TELEPHONE_KEY=$DESK_PASSWORD$DESK_PASSWORD
printf '%s\n' "$TELEPHONE_KEY" >"$work/telephone.key"
cat >"$work/bangban.toml" <<END
[[sites]]
id = "demo"
origins = ["http://127.0.0.1:$HOST_PORT"]
[oidc]
issuer = "http://localhost:$OIDC_PORT"
client_id = "bangban"
client_secret = "of the tests"
public_url = "http://127.0.0.1:$port"
[transcript]
key = "$work/telephone.key"
END
BANGBAN_LIMITS__PER_MINUTE=0 "$bangban" serve --config "$work/bangban.toml" --index "$work/index" --listen "127.0.0.1:$port" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  curl -fs "http://127.0.0.1:$port/readyz" >/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.2
done
BASE_URL="http://127.0.0.1:$port" npm --prefix web run e2e || { tail -50 "$work/log"; exit 1; }

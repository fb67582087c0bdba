#!/usr/bin/env bash
# Runs drift in the caller's directory, from a clone of this repository; what the clone lacks is installed first. It needs
# Node >= 20 and npm, of whatever version the machine has: drift itself runs on the Node of the lockfile.
set -euo pipefail
clone="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
if [ ! -x "$clone/node_modules/.bin/node" ]; then
  npx -y pnpm@12.21.0 --dir "$clone" install --frozen-lockfile >&2
fi
exec "$clone/node_modules/.bin/node" "$clone/apps/drift/src/bin.ts" "$@"

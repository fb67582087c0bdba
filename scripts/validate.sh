#!/usr/bin/env bash
# The hook of .pre-commit-hooks.yaml: each file is a manifest of its own, and every one is looked at.
set -uo pipefail
code=0
for file in "$@"; do
  case "$file" in -*) file="./$file" ;; esac
  "$(dirname "${BASH_SOURCE[0]}")/drift.sh" validate "$file" || code=1
done
exit "$code"

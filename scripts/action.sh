#!/usr/bin/env bash
# The step of action.yml: checks, writes the reports, the summary of the job and the outputs, and ends with drift's exit code.
# What a workflow gives comes by the environment, and none of it is ever part of a command's text.
set -euo pipefail
directory="$RUNNER_TEMP/holdfast"
rm -rf "$directory"
mkdir -p "$directory"

reports=()
read -r -d '' -a reports <<< "$INPUT_REPORTS" || true
lines=()
for format in ${reports[@]+"${reports[@]}"}; do
  if [[ ! "$format" =~ ^[a-z]+$ ]]; then
    echo "::error title=Holdfast::The input reports takes names of formats, such as: sarif markdown json"
    exit 1
  fi
  lines+=("$format=$directory/holdfast.$format")
done
if [ ${#lines[@]} -gt 0 ]; then
  HOLDFAST_REPORT="$(printf '%s\n' "${lines[@]}")"
  export HOLDFAST_REPORT
fi
if [ -n "$INPUT_FAIL_ON" ]; then export HOLDFAST_FAIL_ON="$INPUT_FAIL_ON"; fi
if [ -n "$INPUT_BASELINE" ]; then export HOLDFAST_BASELINE="$INPUT_BASELINE"; fi
# A block of YAML ends with a line break, which would be a variable without a name.
if [ -n "$INPUT_VAR" ]; then HOLDFAST_VAR="$(printf '%s' "$INPUT_VAR")" && export HOLDFAST_VAR; fi

files=()
while IFS= read -r file; do
  # A name is never taken for a flag.
  case "$file" in
    '') ;;
    -*) files+=("./$file") ;;
    *) files+=("$file") ;;
  esac
done <<< "$INPUT_FILES"

code=0
"$GITHUB_ACTION_PATH/scripts/drift.sh" check --format github ${files[@]+"${files[@]}"} || code=$?

{
  echo "exit-code=$code"
  if [ "$code" -eq 2 ]; then echo "drifted=true"; else echo "drifted=false"; fi
  for format in ${reports[@]+"${reports[@]}"}; do
    if [ -f "$directory/holdfast.$format" ]; then echo "$format=$directory/holdfast.$format"; fi
  done
} >> "$GITHUB_OUTPUT"
if [ -f "$directory/holdfast.markdown" ]; then cat "$directory/holdfast.markdown" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$code"

#!/usr/bin/env bash
# The step of action.yml: checks, writes the reports, the summary of the job and the outputs, and ends with drift's exit code.
# What a workflow gives comes by the environment, and none of it is ever part of a command's text.
set -euo pipefail
# One for each run: the report of an earlier one may be the baseline of this.
directory="$(mktemp -d "$RUNNER_TEMP/holdfast.XXXXXX")"

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
# It becomes part of a mark in the comment.
if [[ ! "$INPUT_CATEGORY" =~ ^[A-Za-z0-9._/-]+$ ]]; then
  echo "::error title=Holdfast::The input category takes letters, digits and . _ / -"
  exit 1
fi
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

# Whether every resource could be compared, which the exit code of drift does not say. Code scanning takes what an upload does not
# hold for mended.
compared=false
if [ -f "$directory/holdfast.json" ]; then
  compared="$("$GITHUB_ACTION_PATH/node_modules/.bin/node" -p '
    const { exit_code, interrupted, summary } = JSON.parse(fs.readFileSync(process.argv[1], "utf8"))
    summary.not_compared === 0 && !interrupted && exit_code !== 1
  ' "$directory/holdfast.json")"
fi

# The pages of the rules, where this action was taken from.
pages="$ACTION_REPOSITORY/blob/$ACTION_REF"
if [ -f "$directory/holdfast.markdown" ] && [[ "$pages" =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/blob/[A-Za-z0-9._/-]+$ ]]; then
  sed -i.bak "s|^\(\[HF[0-9]*\]: \)docs/rules/|\1${GITHUB_SERVER_URL:-https://github.com}/$pages/docs/rules/|" "$directory/holdfast.markdown"
  rm "$directory/holdfast.markdown.bak"
fi

{
  echo "exit-code=$code"
  if [ "$code" -eq 2 ]; then echo "drifted=true"; else echo "drifted=false"; fi
  echo "compared=$compared"
  for format in ${reports[@]+"${reports[@]}"}; do
    if [ -f "$directory/holdfast.$format" ]; then echo "$format=$directory/holdfast.$format"; fi
  done
} >> "$GITHUB_OUTPUT"
if [ -f "$directory/holdfast.markdown" ]; then cat "$directory/holdfast.markdown" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$code"

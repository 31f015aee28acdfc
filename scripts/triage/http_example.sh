#!/bin/sh
# Prints what a session's stop is, with curl and jq: an example that uses HTTP alone.
#
#   scripts/triage/http_example.sh [URL]
#
# URL is where the session serves (default http://127.0.0.1:40000). Exit code 3 if the stop is a crash, 0 if it isn't, 1 if there is nothing to tell,
# as while the program runs.
set -eu
url=${1:-http://127.0.0.1:40000}

get() { # get PATH: the answer, also that to an error
  curl --silent --show-error --max-time 60 "$url$1"
}

report=$(get /debug/crash) || exit 1
if printf '%s' "$report" | jq --exit-status 'has("error")' >/dev/null; then
  printf '%s' "$report" | jq -r '"http_example: " + .error.sentence' >&2
  exit 1
fi
printf '%s' "$report" | jq -r '
  .crash_info.title // ("stopped: " + .outcome),
  "  line     " + (.crash_line // "not known"),
  "  severity " + (.severity.type // "-") + " " + (.severity.short_description // ""),
  "  hash     " + (.hash.exact // "-")'
get '/debug/backtrace?thread=all' | jq -r '.threads[] |
  "thread \(.thread_id) \(.thread_name // "")",
  (.frames[] | "  #\(.frame) \(.function // "??") at \(if .file then "\(.file):\(.line // "?")" else "\(.module // "?")+\(.module_offset // .offset)" end)")'
printf '%s' "$report" | jq --exit-status '.outcome == "crash"' >/dev/null && exit 3 || exit 0

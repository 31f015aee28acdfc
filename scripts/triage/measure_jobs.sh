#!/usr/bin/env bash
# Measures how much faster a batch is with several jobs at once.
#
#   scripts/triage/measure_jobs.sh INPUTS [OPTION...] TARGET -- PROGRAM [ARG...]
#
# INPUTS is a file with an input a line; @@ in an argument stands for it, as for `rspbridge triage --batch`. Prints the seconds that 1, 2 and 4 jobs take, and
# the target's processors. RSPBRIDGE names the program (default: rspbridge of this tree's release build, else of its dev build).
set -euo pipefail
tree=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
if [ $# -lt 4 ]; then sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; fi
rspbridge=${RSPBRIDGE:-$tree/build/release/proxy/rspbridge}
if [ ! -x "$rspbridge" ]; then rspbridge=$tree/build/dev/proxy/rspbridge; fi
inputs=$1
shift

base=""
for jobs in 1 2 4; do
  begin=$(date +%s%N) code=0
  sums=$("$rspbridge" triage --batch "$inputs" --jobs "$jobs" "$@" | tail -n 1) || code=$?
  case $code in 0|3|4) ;; *) printf 'measure_jobs: rspbridge ended with %d\n' "$code" >&2; exit 1;; esac
  took=$((($(date +%s%N) - begin) / 1000000))
  base=${base:-$took}
  printf '%d job(s): %d.%03d s, %d.%02d times as fast as one (%s)\n' "$jobs" $((took / 1000)) $((took % 1000)) $((base / took)) $((base * 100 / took % 100)) "$sums"
done

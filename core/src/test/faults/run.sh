#!/usr/bin/env bash
# Puts each deliberate fault of this folder into a copy of the sources, one at a time, and runs the
# contract of all kinds of pools against it. A contract worth its name catches every one.
#
#   core/src/test/faults/run.sh [fault.patch ...]
#
# Prints a Markdown table: the fault, and the tests that failed (up to the first failure of a class).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../../.." && pwd)
tests=${TESTS:-ThreadPoolContractTest,SerialPoolContractTest,SpawnedProcessPoolContractTest}

faults=("$@")
((${#faults[@]})) || faults=("$here"/*.patch)

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/core"
cp "$top/pom.xml" "$copy"
cp -r "$top/.mvn" "$copy"
cp "$top/core/pom.xml" "$copy/core"
# A module that is not there would be an error.
sed -i '/<module>/{/core</!d}' "$copy/pom.xml"

survivors=0
echo '| fault | caught by |'
echo '| --- | --- |'
for fault in "${faults[@]}"; do
  rm -rf "$copy/core/src" "$copy/core/target"
  cp -r "$top/core/src" "$copy/core/src"
  patch -s -d "$copy" -p0 <"$fault"
  log=$copy/log
  name=$(basename "$fault" .patch)
  # Error Prone would refuse some faults, which is no merit of the tests.
  if (cd "$copy" && timeout 900 mvn -B -pl core test -Dtest="$tests" \
    -Dsurefire.skipAfterFailureCount=1 -Derrorprone.flags=-XepDisableAllChecks \
    -Derrorprone.common= -Derrorprone.concurrency= -Derrorprone.other= -Dnullaway.flags= \
    >"$log" 2>&1); then
    echo "| $name | **nobody** |"
    survivors=$((survivors + 1))
  elif grep -q 'COMPILATION ERROR' "$log"; then
    echo "| $name | the compiler |"
    survivors=$((survivors + 1))
  else
    caught=$(grep -oE 'io\.github\.poolmap\.[A-Za-z]+\.[A-Za-z0-9]+(\([^)]*\))?(\[[0-9]+\])? -- Time elapsed.*<<< (FAILURE|ERROR)' "$log" |
      sed -E 's/^io\.github\.poolmap\.([A-Za-z]+)\.([A-Za-z0-9]+).*/\1: `\2`/' | sort -u | head -3 |
      paste -sd ';' | sed 's/;/; /g' || true)
    echo "| $name | ${caught:-$(tail -n 3 "$log" | tr '\n' ' ')} |"
  fi
done
exit $((survivors > 0))

#!/usr/bin/env bash
# Puts each deliberate fault of this folder into a copy of the sources, one at a time, and runs the
# contract of all kinds of pools against it. A contract worth its name catches every one.
#
#   core/src/test/faults/run.sh [fault.patch ...]
#
# Prints a Markdown table: the fault, and the test that caught it first.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../../.." && pwd)
# The quickest first; the next is asked only about what nobody has caught.
contracts=(SerialPoolContractTest ThreadPoolContractTest SpawnedProcessPoolContractTest)

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
  caught='**nobody**'
  for contract in "${contracts[@]}"; do
    # Error Prone would refuse some faults, which is no merit of the tests.
    if (cd "$copy" && timeout 300 mvn -B -pl core test -Dtest="$contract" \
      -Dsurefire.skipAfterFailureCount=1 -Derrorprone.flags=-XepDisableAllChecks \
      -Derrorprone.common= -Derrorprone.concurrency= -Derrorprone.other= -Dnullaway.flags= \
      >"$log" 2>&1); then
      continue
    fi
    if grep -q 'COMPILATION ERROR' "$log"; then
      caught='the compiler'
      break
    fi
    test=$(grep -oE "$contract\.[A-Za-z0-9]+.* -- Time elapsed.*<<< (FAILURE|ERROR)" "$log" |
      head -n 1 | sed -E "s/^$contract\.([A-Za-z0-9]+).*/\1/" || true)
    caught="\`${test:-the end of the test run}\` ($contract)"
    break
  done
  [[ $caught == \`* ]] || survivors=$((survivors + 1))
  echo "| $name | $caught |"
done
exit $((survivors > 0))

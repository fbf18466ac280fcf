#!/bin/sh
# Run for every submission. There is a valid result from here on, whatever happens, and the exit status is always 0.
root="$$(cd "$$(dirname "$$0")/.." && pwd)"
mkdir -p "$$root/results"
cp "$$root/tests/unjudged.json" "$$root/results/results.json"

grader hosted prairielearn --root "$$root" $arguments
exit 0

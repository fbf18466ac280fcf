#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the image: installs Python and the grader.
set -euo pipefail
umask 022

if command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends python3 python3-venv
fi

# Not in root's home: submissions run as the user nobody, who has to be able to read Python.
python3 -m venv /opt/handgrad
/opt/handgrad/bin/pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
    /autograder/source/$wheel

# The seed and all else that lies there is for the grader alone.
chmod -R go= /autograder/source
/opt/handgrad/bin/grader doctor

#!/bin/sh
# Write setup/main.lock and setup/test.lock anew from pyproject.toml: every package of every platform and
# of Python 3.11 and later, with hashes. Needs uv (any recent one). Packages that need no change keep their
# version; `setup/lock.sh --upgrade` takes the newest of each, `--upgrade-package NAME` of one.
set -eu
cd "$(dirname "$0")/.."

lock() { # name, then uv's options
    name=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --output-file "setup/$name.lock" pyproject.toml "$@"
}

lock main --extra postgresql "$@"
# the test lock contains the main one: main's versions hold for both
lock test --extra postgresql --extra test --constraint setup/main.lock "$@"

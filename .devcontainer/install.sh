#!/usr/bin/env bash
# All that the sessions of nox need beside Python: a browser, the checker of ePubs, and the locked libraries.
set -euo pipefail
sudo apt-get update -q
sudo apt-get install -q -y --no-install-recommends chromium epubcheck default-jre-headless
pip install --quiet "nox[uv]" pre-commit
nox -s check -- --quick # installs the environment that all sessions share
pre-commit install

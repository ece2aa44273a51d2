#!/usr/bin/env bash
# What a runner needs for the tests that would otherwise be skipped: Redis, the ONNX checker, promtool, actionlint. As a user who may sudo.
set -euo pipefail

case $(uname) in
Linux)
  # None of them as a service: the tests start their own.
  printf '#!/bin/sh\nexit 101\n' | sudo tee /usr/sbin/policy-rc.d > /dev/null
  sudo chmod +x /usr/sbin/policy-rc.d
  sudo apt-get update -qq
  sudo apt-get install -y -qq --no-install-recommends redis-server python3-onnx prometheus shellcheck
  ;;
Darwin)
  brew install --quiet redis prometheus shellcheck
  ;;
esac
go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
if [ -n "${GITHUB_PATH:-}" ]; then echo "$(go env GOPATH)/bin" >> "$GITHUB_PATH"; fi

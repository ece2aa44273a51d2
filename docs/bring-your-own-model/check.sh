#!/usr/bin/env bash
# Runs what docs/bring-your-own-model.md shows, but for PyTorch, which is too large for CI: trains and exports in Python, imports,
# serves, asks over every protocol, and compares with Python's own answers. Says SKIPPED where PyPI cannot be reached.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
export PATH="$repository/node_modules/.bin:$PATH"
work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" && wait "$server" || true; fi
  rm -rf "$work"
}
trap finish EXIT
flightdeck() { node "$repository/apps/cli/src/main.ts" "$@"; }

if ! python3 -m venv "$work/venv" > "$work/venv.log" 2>&1; then
  echo 'SKIPPED: this Python makes no virtual environments (on Debian: apt-get install python3-venv), so nothing was exported from it.'
  exit 0
fi
python=$work/venv/bin/python
if ! "$python" -m pip download --quiet --no-deps --dest "$work/reach" packaging==26.3; then
  echo 'SKIPPED: PyPI cannot be reached, so nothing was exported from Python, and nothing was compared.'
  exit 0
fi
"$python" -m pip install --quiet --requirement "$here/requirements.txt"

export PYTHONDONTWRITEBYTECODE=1 FLIGHTDECK_HOME=$work/home
cd "$work"
"$python" "$here/export_sklearn.py" .
"$python" "$here/export_xgboost.py" .

touch serving.log
# One worker, because each takes up a new model in its own time, and what is asked next might meet the slower one.
SERVING_PORT=0 SERVING_WORKERS=1 node "$repository/apps/serving/src/main.ts" >> serving.log &
server=$!
until grep -q 'serving listens at' serving.log; do
  kill -0 "$server" || { cat serving.log; exit 1; }
  sleep 0.1
done
url=$(sed -n 's/.*serving listens at \(http[^"]*\)".*/\1/p' serving.log | head -n 1)
export SERVING_PORT=${url##*:}
until_ready() { curl --silent --fail --retry 60 --retry-delay 1 --retry-all-errors "$url/v2/models/$1/ready" > ready.json; }

# Golden rows with Python's answers: an import fails if ONNX Runtime gives others. What it says to type next must work.
flightdeck models import churn.onnx --name churn --golden rows.json | tee churn.txt
until_ready churn
flightdeck predict churn
sed -n 's/^  curl/curl --fail -w "\\n"/p' churn.txt | bash -ex
"$python" "$here/compare.py" "$url"

flightdeck models import price.onnx --name price --golden price.json
until_ready price
flightdeck predict price

# Exported with skl2onnx's default options, the probabilities are no tensor: the import names them, and the labels are served.
PYTHONPATH=$here "$python" -c '
from export_sklearn import to_onnx, train
pipeline, rows = train()
open("labels.onnx", "wb").write(to_onnx(pipeline, rows[:1]).SerializeToString())'
flightdeck models import labels.onnx --name labels | tee labels.txt
grep 'Left out  output_probability' labels.txt
until_ready labels
flightdeck predict labels

#!/usr/bin/env bash
# The production overlay as one file, with the images of a release: render-manifests.sh OWNER VERSION > flightdeck.yaml
set -euo pipefail

owner=$(printf %s "$1" | tr "[:upper:]" "[:lower:]")
version=$2
k8s=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../infra/k8s" && pwd)
if [[ ! $owner =~ ^[a-z0-9][a-z0-9-]*$ ]] || [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9a-z.]+)?$ ]]; then
  echo "Usage: $0 OWNER VERSION, such as octocat 1.2.3" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$k8s/base" "$k8s/overlays" "$work"
sed -e "s#ghcr.io/your-organisation/#ghcr.io/$owner/#" -e "s#newTag: .*#newTag: $version#" \
  "$k8s/overlays/production/kustomization.yaml" > "$work/overlays/production/kustomization.yaml"
kubectl kustomize "$work/overlays/production"

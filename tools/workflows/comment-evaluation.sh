#!/usr/bin/env bash
# Writes the evaluation (EVALUATION: a folder with champion.json and candidate.json) as one comment on the open pull request whose head is
# HEAD_OWNER:HEAD_BRANCH at HEAD_SHA of REPOSITORY, and writes it over when it is there already. Needs gh with GH_TOKEN.
# The folder comes from a run of the branch's own code: nothing in it is believed but its numbers, and the pull request is looked up.
set -euo pipefail
: "${EVALUATION:?}" "${REPOSITORY:?}" "${HEAD_OWNER:?}" "${HEAD_BRANCH:?}"
export HEAD_SHA=${HEAD_SHA:?}

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export marker='<!-- flightdeck: train-and-gate -->'

if [ ! -f "$EVALUATION/candidate.json" ]; then
  echo 'The training gave no evaluation, so there is nothing to say.'
  exit 0
fi
number=$(gh api --method GET "repos/$REPOSITORY/pulls" -f state=open -f "head=$HEAD_OWNER:$HEAD_BRANCH" \
  --jq 'map(select(.head.sha == env.HEAD_SHA)) | .[0].number // empty')
if [ -z "$number" ]; then
  echo "No open pull request has its head at $HEAD_SHA any more."
  exit 0
fi
body=$(printf '%s\n' "$marker" && node "$tools/describe-evaluation.ts" "$EVALUATION/champion.json" "$EVALUATION/candidate.json")
comment=$(gh api --paginate "repos/$REPOSITORY/issues/$number/comments" \
  --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.marker))) | .id' | head -n 1)
if [ -n "$comment" ]; then
  gh api --method PATCH "repos/$REPOSITORY/issues/comments/$comment" -f "body=$body" --jq .html_url
else
  gh api --method POST "repos/$REPOSITORY/issues/$number/comments" -f "body=$body" --jq .html_url
fi

// The same question in three languages, to be pasted and run. A key stands in them as the name of a variable, never as itself.

import type { Instance } from './draft.ts';

export interface QuestionRequest {
  /** Of serving. */
  readonly url: string;
  readonly endpoint: string;
  readonly needsKey: boolean;
  readonly instance: Instance;
}

export const languages = ['curl', 'TypeScript', 'Python'] as const;
export type Language = (typeof languages)[number];

export function requestCode(language: Language, question: QuestionRequest): string {
  const address = `${question.url}/v1/models/${encodeURIComponent(question.endpoint)}/predict`;
  const body = JSON.stringify({ instance: question.instance }, null, 2);
  return { curl, TypeScript: typescript, Python: python }[language](address, body, question.needsKey);
}

function curl(address: string, body: string, needsKey: boolean): string {
  return [
    `curl --fail-with-body '${address}' \\`,
    `  -H 'content-type: application/json' \\`,
    ...(needsKey ? ['  -H "authorization: Bearer $SERVING_KEY" \\'] : []),
    // A quote inside single quotes ends them, is said for itself, and begins them again.
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join('\n');
}

function typescript(address: string, body: string, needsKey: boolean): string {
  const headers = [
    `'content-type': 'application/json'`,
    ...(needsKey ? [`authorization: 'Bearer ' + process.env.SERVING_KEY`] : []),
  ];
  return `const response = await fetch('${address}', {
  method: 'POST',
  headers: { ${headers.join(', ')} },
  body: JSON.stringify(${indented(body)}),
});
if (!response.ok) throw new Error(await response.text());
const { prediction } = await response.json();
console.log(prediction);`;
}

function python(address: string, body: string, needsKey: boolean): string {
  const headers = [
    `"content-type": "application/json"`,
    ...(needsKey ? ['"authorization": f"Bearer {os.environ[\'SERVING_KEY\']}"'] : []),
  ];
  return `import json, ${needsKey ? 'os, ' : ''}urllib.request

request = urllib.request.Request(
    "${address}",
    headers={${headers.join(', ')}},
    data=json.dumps(${indented(body, '    ')}).encode(),
)
with urllib.request.urlopen(request) as response:
    print(json.load(response)["prediction"])`;
}

/** Numbers and strings are written in JSON as they are in TypeScript and in Python. */
function indented(body: string, by = '  '): string {
  return body.replaceAll('\n', `\n${by}`);
}

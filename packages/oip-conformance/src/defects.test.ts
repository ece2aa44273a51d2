// The proof that the suite can fail: every requirement finds a defect made for it, and no other requirement fails by that.

import { expect, test } from 'vitest';
import { defectCases } from './defects.fixture.ts';
import { referenceFetch } from './reference-server.fixture.ts';
import { requirementNames, runConformance } from './run-conformance.ts';

test('every requirement has a defect that it finds', () => {
  const found = new Set(defectCases.flatMap((each) => each.found));
  expect(requirementNames.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
});

test.each(defectCases.map((each) => [each.found.join(', '), each.defect, each] as const))(
  '%s finds a server that %s',
  async (_id, _defect, { found, model = 'add', make }) => {
    const results = await runConformance({
      baseUrl: 'http://reference',
      fetch: referenceFetch(make()),
      models: [model],
      admin: true,
      settleMs: 0,
    });
    const failed = results.filter(({ status }) => status === 'fail');
    expect(failed.map(({ id }) => id)).toEqual(found);
  },
);

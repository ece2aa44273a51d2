import { describe, expect, test } from 'vitest';
import { instanceUnreadiness, toAdmit, type WorkerState } from './readiness.ts';

const worker = (id: number, state: Partial<WorkerState> = {}): WorkerState => ({
  id,
  isReplacement: false,
  isUp: true,
  unready: null,
  takesConnections: true,
  ...state,
});
const outside = { takesConnections: false };
const replacement = { isReplacement: true, takesConnections: false };

describe('a worker takes connections', () => {
  test.each([
    ['not before it is up', [worker(1, { ...outside, isUp: false })], []],
    ['as one of the first: as soon as it is up', [worker(1, { ...outside, unready: undefined })], [1]],
    ['once', [worker(1)], []],
    ['as a replacement: not before it is up', [worker(1), worker(2, { ...replacement, isUp: false })], []],
    [
      'as a replacement: not while it loads',
      [worker(1), worker(2, { ...replacement, unready: undefined })],
      [],
    ],
    [
      'as a replacement: not while it loads, even if it is the only one',
      [worker(2, { ...replacement, unready: undefined })],
      [],
    ],
    ['as a replacement: when it is ready', [worker(1), worker(2, replacement)], [2]],
    [
      'as a replacement: not without its models while others have theirs',
      [worker(1), worker(2, { ...replacement, unready: 'no' })],
      [],
    ],
    [
      'as a replacement: without models where the others have none',
      [worker(1, { unready: 'no' }), worker(2, { ...replacement, unready: 'no' })],
      [2],
    ],
    [
      'as a replacement: without models where there is no other',
      [worker(2, { ...replacement, unready: 'no' })],
      [2],
    ],
  ])('%s', (_when, workers, admitted) => {
    expect(toAdmit(workers).map(({ id }) => id)).toEqual(admitted);
  });
});

describe('an instance is', () => {
  test.each([
    ['not ready without workers', [], 'No worker takes connections.'],
    [
      'not ready before all of its first workers are up',
      [worker(1), worker(2, { ...outside, isUp: false, unready: undefined })],
      'Worker 2 is starting.',
    ],
    [
      'not ready while one that takes connections loads',
      [worker(1), worker(2, { unready: undefined })],
      'Worker 2 is starting.',
    ],
    [
      'not ready when one that takes connections is not, for its reason',
      [worker(1), worker(2, { unready: 'no champion' })],
      'no champion',
    ],
    ['ready when all that take connections are', [worker(1), worker(2)], null],
    ['ready while a replacement loads', [worker(1), worker(3, { ...replacement, unready: undefined })], null],
    [
      'not ready when there is only a replacement that loads',
      [worker(3, { ...replacement, unready: undefined })],
      'No worker takes connections.',
    ],
  ])('%s', (_when, workers, unready) => {
    expect(instanceUnreadiness(workers)).toBe(unready);
  });
});

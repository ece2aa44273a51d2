import type { ExperimentChoicesAnswer, MetricChoice } from '@flightdeck/admin-api';
import { expect, it } from 'vitest';
import { declarationOf, firstDraft, forMetric } from './draft.ts';

const metric = (
  name: string,
  kind: MetricChoice['kind'],
  seen: MetricChoice['seen'] = null,
): MetricChoice => ({
  ...{ name, kind, seen, says: name, needsLabels: false },
});
const label = metric('label', 'proportion', { units: 900, mean: 0.15213, deviation: 0.36 });
const logLoss = metric('logLoss', 'mean', { units: 900, mean: 0.24, deviation: 0.64998 });
const choices = (targets: ExperimentChoicesAnswer['targets']): ExperimentChoicesAnswer => ({
  ...{ endpoint: 'toy', targets, metrics: [label, logLoss], traffic: null, obstacle: null },
});
const champion = { target: 'champion', version: 2 };

it('begins with the champion against the challenger, else against another version', () => {
  const ofTargets = (...targets: ExperimentChoicesAnswer['targets']) => {
    const { control, treatment } = firstDraft(choices(targets));
    return [control, treatment];
  };
  expect(ofTargets({ target: 'challenger', version: 3 }, champion)).toEqual(['champion', 'challenger']);
  expect(ofTargets(champion, { target: '2', version: 2 }, { target: '1', version: 1 })).toEqual([
    'champion',
    '1',
  ]);
  expect(ofTargets(champion)).toEqual(['champion', 'champion']);
  expect(ofTargets()).toEqual(['', '']);
});

it('takes a scale and an effect from what has been seen', () => {
  expect(forMetric(logLoss)).toMatchObject({ scale: 0.65, minimumEffect: 0.065, better: 'lower' });
  expect(forMetric(label)).toMatchObject({ scale: 0.152, minimumEffect: 0.0152 });
  expect(forMetric(metric('score', 'mean'))).toMatchObject({ scale: 1, better: 'higher' });
  expect(forMetric(metric('failed', 'proportion', { units: 9, mean: 0, deviation: 0 })).scale).toBe(0.2);
});

it('declares a share by its baseline and a mean by its deviation', () => {
  const draft = { ...firstDraft(choices([champion])), name: ' summer ', share: 20 };
  expect(declarationOf(draft, [label, logLoss])).toMatchObject({
    name: 'summer',
    variants: [{ weight: 80 }, { weight: 20 }],
    metric: { kind: 'mean', name: 'logLoss', deviation: 0.65 },
  });
  const asShare = { ...draft, ...forMetric(label) };
  expect(declarationOf(asShare, [label, logLoss]).metric).toEqual({
    ...{ kind: 'proportion', name: 'label', better: 'lower', baseline: 0.152 },
  });
});

import { listModelNames, loadModel } from '@flightdeck/training/catalogue';
import { describe, expect, it } from 'vitest';
import { knownColumns } from './known-columns.ts';
import { scenariosOf, timedFaultOf } from './scenarios.ts';
import { toyView } from './toy-source.fixture.ts';

describe('scenarios', () => {
  it('that do not exist are refused, and those that do are named', () => {
    expect(() => timedFaultOf(toyView, { name: 'earthquake', from: 0, to: 1 }, {})).toThrow(
      /no scenario "earthquake".*null-burst.*flipped-labels/,
    );
  });

  it('about numbers and about the feature store are left out where a model needs neither', () => {
    const { kind } = toyView.features;
    const names = scenariosOf({ ...toyView, features: { kind: kind! } }).map(({ name }) => name);
    expect(names).toEqual(['bad-model', 'late-labels', 'missing-labels', 'flipped-labels']);
  });

  it('take their names from the model, and their frozen value from a row of before', () => {
    const frozen = timedFaultOf(toyView, { name: 'frozen-field', from: 0, to: 1 }, { size: 3 });
    expect(frozen.fault).toEqual({ kind: 'freeze', field: 'size', value: 3 });
    const shifted = scenariosOf(toyView).find(({ name }) => name === 'shifted-field');
    expect(shifted).toMatchObject({ expects: { kind: 'drift', subject: 'size' } });
    expect(shifted!.fault({})).toMatchObject({ minimum: 0, maximum: 10 });
  });

  it.each(listModelNames())(
    'of %s are all there, each under a name of its own, about fields that are sent',
    async (name) => {
      const { features } = await loadModel(name);
      const scenarios = scenariosOf(features);
      expect(new Set(scenarios.map((scenario) => scenario.name)).size).toBe(14);
      const sent = Object.keys(knownColumns(features).instance);
      for (const scenario of scenarios) {
        const fault = scenario.fault({});
        if ('field' in fault) expect(sent).toContain(fault.field);
      }
    },
  );
});

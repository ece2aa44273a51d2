import { openRegistry } from '@flightdeck/registry';
import { trainingResultSchema } from '@flightdeck/training/result';
import { expect, it } from 'vitest';
import { openWorkshop } from './workshop.fixture.ts';

// Real trainers with the real model, on so few rows and epochs that nothing good can come of it: this is about the way, not the goal.

const asked = {
  model: 'flight-delay',
  rows: 2_000,
  seed: 1,
  actor: 'test',
  until: Date.UTC(2001, 4, 1),
  trigger: { kind: 'person', reason: 'to see it run' },
} as const;

it('recalibrates nothing where there is no version, then retrains: two trainers, one run, one verdict', async ({
  onTestFinished,
}) => {
  const { home, retrainings, hire, close } = await openWorkshop(null);
  onTestFinished(close);
  const registry = await openRegistry({ home });
  onTestFinished(registry.close);
  await Promise.all([hire(), hire()]);

  const hopeless = await retrainings.submit({ ...asked, kind: 'recalibrate', version: 1 });
  await expect(retrainings.wait(hopeless.id)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect(await retrainings.status(hopeless.id)).toMatchObject({ stages: [{ state: 'failed', attempts: 1 }] });

  const trials: Record<string, number>[] = [{ epochs: 1 }, { epochs: 1, l2: 0.001 }];
  const { id } = await retrainings.submit({ ...asked, kind: 'retrain', trials });
  const result = trainingResultSchema.parse(await retrainings.wait(id));
  expect(result).toMatchObject({ runId: id, model: asked.model, promoted: false });
  expect(await registry.runs.list()).toMatchObject([{ id, status: 'finished' }]);
  const versions = result.version === null ? [] : [{ runId: id }];
  expect(await registry.versions.list(asked.model)).toMatchObject(versions);
  expect(await retrainings.logs(id)).toContainEqual(expect.stringMatching(/^trial-1: train: /));
}, 300_000);

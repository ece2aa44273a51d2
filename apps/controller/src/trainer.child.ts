// What the tests' trainer does in its sandbox: a recalibration registers a version and makes it challenger, as the real one does; a
// retraining fails.

import { homeVariable, parseEnv } from '@flightdeck/core';
import { trainerProcessor } from '@flightdeck/queue';
import { openRegistry } from '@flightdeck/registry';
import { z } from 'zod';

const { FLIGHTDECK_HOME: home } = parseEnv(z.object({ FLIGHTDECK_HOME: homeVariable }), process.env);

const fails = async () => {
  throw new Error('This trainer only recalibrates.');
};

export default trainerProcessor({
  train: fails,
  snapshot: fails,
  trial: fails,
  conclude: fails,
  async recalibrate({ runId, model, version, actor, trigger: { reason } }) {
    const registry = await openRegistry({ home });
    try {
      const base = await registry.versions.get(model, version);
      const bundle = await registry.versions.open(base);
      const files = await Promise.all(
        base.files.map(async ({ path }) => [path, await bundle.read(path)] as const),
      );
      await registry.runs.start({ id: runId, model, parameters: {}, lineage: {} });
      const made = await registry.versions.register({
        ...{ model, runId, metrics: {}, createdBy: actor },
        files: { ...Object.fromEntries(files), 'calibration.txt': runId },
        gate: { verdict: 'pass', reasons: [] },
      });
      await registry.aliases.set({ model, alias: 'challenger', version: made.version, actor, reason });
      return { version: made.version };
    } finally {
      await registry.close();
    }
  },
});

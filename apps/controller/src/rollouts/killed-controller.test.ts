// A controller that is killed between any two of its writes leaves something that the next one finishes, as if nothing had happened.

import type { Database } from '@flightdeck/dataset';
import type { Registry } from '@flightdeck/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { model, moveAlias } from '../traffic.fixture.ts';
import { loggedRollout, openWorkshop, type Workshop, type World } from './rollout.fixture.ts';

let sound: { database: Database; close: () => Promise<void> };
let broken: typeof sound;

beforeAll(async () => {
  sound = await loggedRollout();
  broken = await loggedRollout({ failed: 0.6 });
});

afterAll(() => Promise.all([sound?.close(), broken?.close()]));

class Killed extends Error {}

/** A registry whose process dies after so many writes; `wasKilled` says whether it came to that. */
function mortal(registry: Registry, writes: number) {
  let left = writes;
  const write =
    <Given extends unknown[], Result>(work: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      if (left === 0) throw new Killed();
      left--;
      return work(...given);
    };
  const dying: Registry = {
    ...registry,
    rollouts: {
      ...registry.rollouts,
      start: write(registry.rollouts.start),
      save: write(registry.rollouts.save),
    },
    endpoints: { ...registry.endpoints, put: write(registry.endpoints.put) },
    aliases: {
      ...registry.aliases,
      set: write(registry.aliases.set),
      rollback: write(registry.aliases.rollback),
    },
    decisions: { ...registry.decisions, append: write(registry.decisions.append) },
  };
  return dying;
}

type Step = (workshop: Workshop, desk: ReturnType<Workshop['desk']>) => Promise<unknown>;

/** Plays the steps; dies after so many writes, and a new controller repeats the step that it died in. */
async function play(steps: readonly Step[], writes: number): Promise<{ world: World; wasKilled: boolean }> {
  const workshop = await openWorkshop();
  let desk = workshop.desk(mortal(workshop.registry, writes));
  let wasKilled = false;
  for (const step of steps) {
    try {
      await step(workshop, desk);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      wasKilled = true;
      desk = workshop.desk();
      await step(workshop, desk);
    }
  }
  const world = await workshop.world();
  await workshop.registry.close();
  return { world, wasKilled };
}

const lookAt =
  (log: () => typeof sound, hours: number): Step =>
  (workshop, desk) =>
    workshop.look(desk, log().database, hours);

const byHand =
  (alias: string, version: number): Step =>
  (workshop) =>
    moveAlias(workshop.registry, alias, version);

const courses: Readonly<Record<string, readonly Step[]>> = {
  'that becomes champion': [
    byHand('challenger', 2),
    lookAt(() => sound, 1),
    lookAt(() => sound, 2),
    lookAt(() => sound, 4),
    lookAt(() => sound, 5),
  ],
  'that is rolled back': [
    byHand('challenger', 2),
    lookAt(() => sound, 1),
    lookAt(() => sound, 2),
    lookAt(() => broken, 4),
    lookAt(() => broken, 5),
  ],
  'whose champion is moved by hand': [
    byHand('challenger', 2),
    lookAt(() => sound, 1),
    lookAt(() => sound, 2),
    byHand('champion', 3),
    lookAt(() => sound, 4),
    lookAt(() => sound, 5),
  ],
  'that a person starts and aborts': [
    async (workshop, desk) => {
      const people = workshop.people(desk, 1);
      await people.start(model, 2, { by: 'ada', why: 'a try' }).catch((error: { code?: string }) => {
        // The next controller finds it begun.
        if (error.code !== 'PROCEDURE_RUNNING') throw error;
      });
    },
    lookAt(() => sound, 2),
    async (workshop, desk) => {
      const running = await workshop.registry.rollouts.running(model);
      await workshop
        .people(desk, 3)
        .change(running!.id, 'abort', { by: 'ada', why: 'enough' })
        .catch((error) => {
          if (error.code !== 'ROLLOUT_ENDED') throw error;
        });
    },
    lookAt(() => sound, 5),
  ],
};

describe.each(Object.entries(courses))('a rollout %s', (_, steps) => {
  it('ends the same, whichever write was the last', async () => {
    const { world: whole } = await play(steps, Number.POSITIVE_INFINITY);
    expect(whole.rollouts).toHaveLength(1);
    let writes = 0;
    for (; ; writes++) {
      const { world, wasKilled } = await play(steps, writes);
      expect({ writes, ...world }).toEqual({ writes, ...whole });
      if (!wasKilled) break;
    }
    expect(writes).toBeGreaterThan(7);
  });
});

it('a champion that was promoted just before the end, and taken back by hand since, is not promoted again', async () => {
  const workshop = await openWorkshop();
  await moveAlias(workshop.registry, 'challenger', 2);
  // Dies right after the alias has moved.
  let desk = workshop.desk();
  for (const hours of [1, 2]) await workshop.look(desk, sound.database, hours);
  desk = workshop.desk(mortal(workshop.registry, 2));
  await expect(workshop.look(desk, sound.database, 4)).rejects.toThrow(Killed);
  expect(await workshop.world()).toMatchObject({ champion: 2, rollouts: ['running'] });
  await workshop.registry.aliases.rollback({ model, alias: 'champion', actor: 'ada', reason: 'no' });
  await workshop.look(workshop.desk(), sound.database, 5);
  expect(await workshop.world()).toMatchObject({ champion: 1, rollouts: ['full'], traffic: { champion: 1 } });
  await workshop.registry.close();
});

it('a candidate that passed while somebody moved the champion elsewhere is not promoted, and the record says so', async () => {
  const workshop = await openWorkshop();
  await moveAlias(workshop.registry, 'challenger', 2);
  const desk = workshop.desk();
  for (const hours of [1, 2]) await workshop.look(desk, sound.database, hours);
  // Dies right after the state was written.
  const dying = workshop.desk(mortal(workshop.registry, 1));
  await expect(workshop.look(dying, sound.database, 4)).rejects.toThrow(Killed);
  await moveAlias(workshop.registry, 'champion', 3, 'grace');
  await workshop.look(workshop.desk(), sound.database, 5);
  expect(await workshop.world()).toMatchObject({ champion: 3, traffic: { champion: 1 } });
  const told = await workshop.registry.decisions.list({ kind: 'abort' });
  expect(told[0]!.reason).toContain('Version 2 has passed, but grace moved champion to version 3');
  await workshop.registry.close();
});

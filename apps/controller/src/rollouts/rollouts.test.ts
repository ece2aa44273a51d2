import type { Database } from '@flightdeck/dataset';
import { rolloutPolicySchema } from '@flightdeck/rollout';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hour, model, monday, moveAlias } from '../traffic.fixture.ts';
import { type LogView, lookAtRollout } from './look.ts';
import { loggedRollout, openWorkshop, policy, type Workshop } from './rollout.fixture.ts';
import { rolloutIn } from './rollout-record.ts';

let sound: { database: Database; close: () => Promise<void> };
let broken: typeof sound;
let workshop: Workshop;

beforeAll(async () => {
  sound = await loggedRollout();
  broken = await loggedRollout({ failed: 0.6 });
});

afterAll(() => Promise.all([sound?.close(), broken?.close()]));

beforeEach(async () => {
  workshop = await openWorkshop();
  return () => workshop.registry.close();
});

const lookAt = async (...hours: number[]) => {
  const desk = workshop.desk();
  for (const each of hours) await workshop.look(desk, sound.database, each);
};

const quiet = { traffic: { champion: 1 }, shadows: {}, salted: false };

describe('nothing is started', () => {
  it('where no alias challenger is set, or it is the champion', async () => {
    await lookAt(1);
    await moveAlias(workshop.registry, 'challenger', 1);
    await lookAt(1);
    expect(await workshop.world()).toMatchObject({ ...quiet, rollouts: [], decisions: [] });
  });

  it('for a challenger that was champion before and was taken back', async () => {
    await moveAlias(workshop.registry, 'challenger', 2);
    await moveAlias(workshop.registry, 'champion', 2);
    await workshop.registry.aliases.rollback({ model, alias: 'champion', actor: 'ada', reason: 'it is bad' });
    await lookAt(1);
    expect(await workshop.world()).toMatchObject({ ...quiet, champion: 1, rollouts: [] });
  });

  it('before the log has its first prediction, nor while an experiment has the traffic', async () => {
    await moveAlias(workshop.registry, 'challenger', 2);
    await workshop.look(workshop.desk(), null, 0);
    await workshop.registry.experiments.start('e', model, {});
    await lookAt(1);
    expect(await workshop.world()).toMatchObject({ ...quiet, rollouts: [] });
  });

  it('where somebody has split the traffic by hand', async () => {
    const traffic = [
      { target: 'champion', weight: 1 },
      { target: '3', weight: 1 },
    ];
    await workshop.registry.endpoints.put({ name: model, model, traffic });
    await moveAlias(workshop.registry, 'challenger', 2);
    await lookAt(1);
    expect(await workshop.world()).toMatchObject({ traffic: { champion: 1, 3: 1 }, rollouts: [] });
  });
});

describe('a challenger', () => {
  beforeEach(() => moveAlias(workshop.registry, 'challenger', 2, 'trainer'));

  it('begins in the shadow, once for each move of the alias', async () => {
    await lookAt(1, 1);
    expect(await workshop.world()).toMatchObject({
      rollouts: ['running'],
      traffic: { champion: 1 },
      shadows: { 2: 0.5 },
      salted: true,
      decisions: ['start-rollout'],
    });
    const [decision] = await workshop.registry.decisions.list();
    expect(decision!.reason).toBe(
      'Version 2 begins at shadow of 50 %. trainer moved challenger to version 2 ("a test says so").',
    );
    expect((await workshop.registry.endpoints.get(model)).salt).toMatch(/^rollout-[0-9a-f]{16}$/);
  });

  it('goes on by what the log shows of the step alone, and becomes champion', async () => {
    await lookAt(1, 1.2, 2);
    expect(await workshop.world()).toMatchObject({
      champion: 1,
      rollouts: ['running'],
      traffic: { champion: 0.8, 2: 0.2 },
      shadows: {},
      decisions: ['start-rollout', 'advance'],
    });
    await lookAt(2.1, 4);
    expect(await workshop.world()).toMatchObject({
      ...quiet,
      champion: 2,
      rollouts: ['full'],
      decisions: ['start-rollout', 'advance', 'promote'],
    });
    const [, move] = await workshop.registry.aliases.transitions(model, 'champion');
    expect(move).toMatchObject({
      from: 1,
      to: 2,
      actor: 'controller',
      evidence: { rollout: expect.any(String) },
    });
    const [promotion] = await workshop.registry.decisions.list();
    expect(promotion!.evidence).toMatchObject({
      window: { from: monday + 2 * 3_600_000 },
      reasons: expect.arrayContaining([expect.objectContaining({ check: 'errors', verdict: 'pass' })]),
    });
    await lookAt(5);
    expect((await workshop.world()).rollouts).toEqual(['full']);
  });

  it('that fails gives all traffic back, keeps its alias, and is not tried again', async () => {
    await lookAt(1, 2);
    const desk = workshop.desk();
    await workshop.look(desk, broken.database, 4);
    await workshop.look(desk, broken.database, 5);
    expect(await workshop.world()).toMatchObject({
      ...quiet,
      champion: 1,
      rollouts: ['rolled-back'],
      decisions: ['start-rollout', 'advance', 'roll-back'],
    });
    expect(
      (await workshop.registry.aliases.list(model)).find(({ alias }) => alias === 'challenger')?.to,
    ).toBe(2);
  });

  it('goes by the policy that it began with, whatever the file says meanwhile', async () => {
    await lookAt(1);
    const impossible = { ...policy, rollout: { ...policy.rollout, shadow: undefined } };
    const endpoint = await workshop.registry.endpoints.get(model);
    const log: LogView = { read: (_, work) => work(sound.database), now: monday + 2 * hour };
    await lookAtRollout(workshop.desk(), endpoint, log, {
      ...impossible,
      rollout: rolloutPolicySchema.parse(impossible.rollout),
    });
    expect((await workshop.world()).traffic).toEqual({ champion: 0.8, 2: 0.2 });
  });

  it('that nobody asks is held, then halted, and goes on when a person resumes it', async () => {
    // Nothing in the log is version 3's.
    await moveAlias(workshop.registry, 'challenger', 3);
    await lookAt(1, 2.9, 3.1, 4, 5.5, 6);
    expect(await workshop.world()).toMatchObject({
      shadows: { 3: 0.5 },
      decisions: ['start-rollout', 'hold', 'halt'],
    });
    const [halted] = await workshop.registry.rollouts.list();
    const people = workshop.people(workshop.desk(), 6);
    await people.change(halted!.id, 'resume', { by: 'ada', why: 'traffic is back' });
    expect(rolloutIn(await workshop.registry.rollouts.get(halted!.id)).state.status).toBe('running');
  });

  it('is aborted where somebody moves the champion by hand, which stays where it was put', async () => {
    await lookAt(1, 2);
    await moveAlias(workshop.registry, 'champion', 3, 'grace');
    await lookAt(4, 5);
    expect(await workshop.world()).toMatchObject({
      ...quiet,
      champion: 3,
      rollouts: ['aborted'],
      decisions: ['start-rollout', 'advance', 'abort'],
    });
    const [decision] = await workshop.registry.decisions.list();
    expect(decision).toMatchObject({
      actor: 'controller',
      reason: 'grace moved champion to version 3 ("a test says so") while the rollout ran.',
    });
  });

  it('keeps its endpoint as the rollout says, whoever meddles with it', async () => {
    await lookAt(1, 2);
    await workshop.registry.endpoints.put({ name: model, model, traffic: [{ target: '2', weight: 1 }] });
    await lookAt(2.1);
    expect(await workshop.world()).toMatchObject({ traffic: { champion: 0.8, 2: 0.2 }, salted: true });
  });

  it('that comes while another one runs waits for its end', async () => {
    await lookAt(1);
    await moveAlias(workshop.registry, 'challenger', 3);
    await lookAt(2);
    expect((await workshop.world()).rollouts).toEqual(['running']);
    const desk = workshop.desk();
    await workshop.look(desk, broken.database, 4);
    await lookAt(4.1);
    expect((await workshop.world()).shadows).toEqual({ 3: 0.5 });
  });
});

describe('people', () => {
  const ada = { by: 'ada', why: 'to see it' };

  it('are told what cannot be done', async () => {
    const people = workshop.people(workshop.desk(), 1);
    const refusals = [
      [workshop.people(workshop.desk(), null).start(model, 2, ada), 'EVENT_TIME_UNKNOWN'],
      [people.start(model, undefined, ada), 'NOTHING_TO_ROLL_OUT'],
      [people.start(model, 1, ada), 'ROLLOUT_NEEDS_TWO_VERSIONS'],
      [people.start(model, 9, ada), 'VERSION_NOT_FOUND'],
      [people.start('other', 2, ada), 'ENDPOINT_NOT_FOUND'],
      [people.change('r', 'halt', ada), 'PROCEDURE_NOT_FOUND'],
      [people.takeBack(model, ada), 'NOTHING_TO_ROLL_BACK'],
    ] as const;
    for (const [refused, code] of refusals) await expect(refused).rejects.toMatchObject({ code });
    expect((await workshop.world()).rollouts).toEqual([]);
  });

  it('start, halt, resume and abort, each with their name and reason', async () => {
    const people = workshop.people(workshop.desk(), 1);
    const { state } = await people.start(model, 2, ada);
    await expect(people.start(model, 3, ada)).rejects.toMatchObject({ code: 'PROCEDURE_RUNNING' });
    await people.change(state.id, 'halt', ada);
    await lookAt(2);
    expect((await workshop.world()).shadows).toEqual({ 2: 0.5 });
    await people.change(state.id, 'resume', ada);
    await lookAt(2.1);
    await people.change(state.id, 'abort', ada);
    await expect(people.change(state.id, 'abort', ada)).rejects.toMatchObject({ code: 'ROLLOUT_ENDED' });
    expect(await workshop.world()).toMatchObject({ ...quiet, rollouts: ['aborted'] });
    const told = await workshop.registry.decisions.list();
    expect(told.map(({ kind, actor }) => `${actor} ${kind}`).reverse()).toEqual([
      'ada start-rollout',
      'ada halt',
      'ada resume',
      'controller advance',
      'ada abort',
    ]);
    // The same candidate again is another rollout, whose canary are other units.
    const again = await people.start(model, 2, ada);
    expect(again.state.id).not.toBe(state.id);
  });

  it('take a champion back in the middle of a rollout, which ends with it', async () => {
    await moveAlias(workshop.registry, 'champion', 2);
    const people = workshop.people(workshop.desk(), 1);
    await people.start(model, 3, ada);
    await lookAt(2);
    expect(await people.takeBack(model, ada)).toMatchObject({ from: 2, to: 1, actor: 'ada' });
    expect(await workshop.world()).toMatchObject({ ...quiet, champion: 1, rollouts: ['aborted'] });
    await lookAt(4);
    expect((await workshop.world()).rollouts).toEqual(['aborted']);
  });

  it('and ticks at the same time leave one of both states, never a mixture', async () => {
    const desk = workshop.desk();
    const people = workshop.people(desk, 1);
    const { state } = await people.start(model, 2, ada);
    await Promise.all([workshop.look(desk, sound.database, 2), people.change(state.id, 'abort', ada)]);
    await workshop.look(desk, sound.database, 2.1);
    expect(await workshop.world()).toMatchObject({ ...quiet, rollouts: ['aborted'] });
  });
});

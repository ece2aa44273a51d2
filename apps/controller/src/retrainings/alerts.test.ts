import { openRegistry, type Registry } from '@flightdeck/registry';
import { beforeEach, describe, expect, it } from 'vitest';
import { decisionLog } from '../decision-log.ts';
import { day, freshHome, model, monday, registerVersions } from '../traffic.fixture.ts';
import { type Alert, type Alerts, alertStore } from './alerts.ts';

let registry: Registry;
let alerts: Alerts;
/** As a process has them that has just started. */
const afresh = () => alertStore(registry, decisionLog(registry));

beforeEach(async () => {
  registry = await openRegistry({ home: await freshHome() });
  await registerVersions(registry, 1);
  alerts = afresh();
  return () => registry.close();
});

const alert = (fingerprint: string, more: Partial<Alert> = {}): Alert => ({
  status: 'firing',
  labels: { alertname: 'Drift', model, about: 'drift' },
  annotations: { summary: 'features have drifted' },
  startsAt: '2001-05-07T00:00:00Z',
  fingerprint,
  ...more,
});

const take = (one: Alert) => alerts.take(one, 'prometheus', monday);
const ids = async (of = alerts, now = monday) => (await of.open(model, now)).map(({ id }) => id);

describe('an alert', () => {
  it.each([
    ['of no model', { alertname: 'Drift', about: 'drift' }],
    ['of a model that nobody serves', { model: 'other', about: 'drift' }],
    ['about something else', { model, about: 'disk' }],
  ])('%s is ignored', async (_, labels) => {
    expect(await take(alert('a', { labels: labels as Record<string, string> }))).toBe('ignored');
    expect(await registry.decisions.list()).toEqual([]);
  });

  it('is taken once, however often it is sent, and over a restart', async () => {
    expect(await take(alert('a'))).toBe('accepted');
    expect(await take(alert('a'))).toBe('duplicate');
    alerts = afresh();
    expect(await take(alert('a'))).toBe('duplicate');
    expect(await ids()).toEqual(['alert:a:2001-05-07T00:00:00Z']);
    expect(await registry.decisions.list()).toMatchObject([
      { kind: 'alert', actor: 'prometheus', reason: 'features have drifted' },
    ]);
  });

  it('about the same as an open one adds nothing, though a thousand come at once; about something else it does', async () => {
    const storm = Array.from({ length: 1_000 }, (_, i) => take(alert(`storm-${i}`)));
    const taken = Object.groupBy(await Promise.all(storm), (each) => each);
    expect([taken.accepted?.length, taken.duplicate?.length]).toEqual([1, 999]);
    const labels = { model, about: 'quality' };
    expect(await take(alert('q', { labels }))).toBe('accepted');
    expect(await registry.decisions.list()).toHaveLength(2);
  });

  it('that is resolved is no reason any more, over a restart too; firing again it is a new one', async () => {
    expect(await take(alert('a', { status: 'resolved' }))).toBe('duplicate');
    await take(alert('a'));
    expect(await take(alert('a', { status: 'resolved' }))).toBe('resolved');
    expect(await take(alert('a', { status: 'resolved' }))).toBe('duplicate');
    expect(await ids()).toEqual([]);
    expect(await ids(afresh())).toEqual([]);
    expect(await take(alert('a', { startsAt: '2001-05-08T00:00:00Z' }))).toBe('accepted');
  });

  it('that an action has answered is closed, over a restart too, and so is one that nobody resolves', async () => {
    await take(alert('a'));
    const [id] = await ids();
    expect(await ids(alerts, monday + day)).toEqual([]);
    const evidence = { at: monday, triggers: [{ id: id! }] };
    await registry.decisions.append({
      model,
      kind: 'retrain',
      actor: 'controller',
      reason: 'it had to be',
      evidence,
    });
    expect(await ids(afresh())).toEqual([]);
    await alerts.answered(model, [id!]);
    expect(await ids()).toEqual([]);
  });
});

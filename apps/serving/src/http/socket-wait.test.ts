import { expect, test } from 'vitest';
import { socketWait } from './socket-wait.ts';

/** A loop whose turns the test plays: what is read, what it works for, where it stands idle. */
function playedLoop() {
  let now = 0;
  let idleMs = 0;
  let ends: (() => void)[] = [];
  const wait = socketWait({ idleMs: () => idleMs, onTurnEnd: (task) => ends.push(task) });
  return {
    /** How long what is read now can have waited. */
    read: () => now - wait.earliestArrival(now),
    work(ms: number) {
      now += ms;
    },
    endTurn() {
      for (const end of ends) end();
      ends = [];
    },
    idle(ms: number) {
      now += ms;
      idleMs += ms;
    },
  };
}

test('the first request ever has not waited', () => {
  expect(playedLoop().read()).toBe(0);
});

test('in a loop that never rests, a request may have come just after the turn before began to read', () => {
  const loop = playedLoop();
  loop.read();
  loop.work(30);
  loop.endTurn();
  loop.work(5);
  expect(loop.read()).toBe(35);
  loop.work(10);
  expect(loop.read()).toBe(45);
});

test('turns that read nothing count as well', () => {
  const loop = playedLoop();
  loop.read();
  loop.endTurn();
  loop.work(200);
  expect(loop.read()).toBe(200);
});

test('what ends a pause of the loop has come just then, and only the turn itself makes others wait', () => {
  const loop = playedLoop();
  loop.read();
  loop.work(30);
  loop.endTurn();
  loop.idle(1);
  expect(loop.read()).toBe(0);
  loop.work(7);
  expect(loop.read()).toBe(7);
});

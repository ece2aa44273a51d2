// With real connections; the workers only note what they are given, and the test says what becomes of it.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { manualClock } from '@flightdeck/core';
import { expect, test } from 'vitest';
import { connectionSwitch, type Taker } from './connection-switch.ts';
import type { ConnectionReport } from './messages.ts';

interface Recorder extends Taker {
  readonly given: number[];
  readonly sockets: Socket[];
}

function recorder(id: number): Recorder {
  const given: number[] = [];
  const sockets: Socket[] = [];
  const give: Taker['give'] = (connection, socket) => {
    given.push(connection);
    sockets.push(socket);
  };
  return { id, given, sockets, give };
}

/** A port with a switch behind it. */
async function startSwitch({ mostWaiting = 10 } = {}) {
  const clock = manualClock();
  const connections = connectionSwitch({ clock, mostWaiting });
  const server = createServer({ pauseOnConnect: true }, connections.accept).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  /** A client, once the switch has its connection. */
  async function open(): Promise<Socket> {
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    await once(server, 'connection');
    return client;
  }
  const dispose = async () => {
    connections.close();
    server.close();
  };
  return { clock, connections, open, [Symbol.asyncDispose]: dispose };
}

/** Also by a reset. */
const closed = (client: Socket) => new Promise((resolve) => client.once('close', resolve));

const nothing: ConnectionReport = { received: [], read: [], closed: [] };

test('what comes while no worker takes connections waits for the first one that does', async () => {
  await using running = await startSwitch();
  await running.open();
  await running.open();
  const worker = recorder(1);
  running.connections.admit(worker);
  expect(worker.given).toEqual([1, 2]);
});

test('of more connections than may wait the newest is closed, and counted', async () => {
  await using running = await startSwitch({ mostWaiting: 2 });
  const clients = [await running.open(), await running.open()];
  const late = await running.open();
  await closed(late);
  expect(running.connections.dropped()).toBe(1);
  const worker = recorder(1);
  running.connections.admit(worker);
  expect(worker.given).toHaveLength(2);
  expect(clients.map(({ destroyed }) => destroyed)).toEqual([false, false]);
});

test('connections that come at once are shared out evenly, whoever is quicker to receive them', async () => {
  await using running = await startSwitch();
  const [quick, slow] = [recorder(1), recorder(2)];
  running.connections.admit(quick);
  running.connections.admit(slow);
  for (let i = 0; i < 64; i++) {
    await running.open();
    running.connections.report(1, { ...nothing, received: quick.given });
  }
  expect([quick.given.length, slow.given.length]).toEqual([32, 32]);
});

test('the worker with the fewest open connections gets the next', async () => {
  await using running = await startSwitch();
  const [one, other] = [recorder(1), recorder(2)];
  running.connections.admit(one);
  running.connections.admit(other);
  for (let i = 0; i < 6; i++) await running.open();
  expect(other.given).toEqual([2, 4, 6]);
  running.connections.report(2, { received: [2, 4, 6], read: [2, 4, 6], closed: [2, 6] });
  await running.open();
  await running.open();
  expect(other.given).toEqual([2, 4, 6, 7, 8]);
});

test('a worker that has not received its connection for a while gets no other until it has', async () => {
  await using running = await startSwitch();
  const [stuck, other] = [recorder(1), recorder(2)];
  running.connections.admit(stuck);
  running.connections.admit(other);
  await running.open();
  await running.open();
  running.connections.report(2, { ...nothing, received: [2] });
  running.clock.advance(21);
  for (let i = 0; i < 3; i++) {
    await running.open();
    running.connections.report(2, { ...nothing, received: other.given });
  }
  expect(stuck.given).toEqual([1]);
  expect(other.given).toEqual([2, 3, 4, 5]);
  running.connections.report(1, { ...nothing, received: [1] });
  await running.open();
  expect(stuck.given).toEqual([1, 6]);
});

test('where all are busy a connection waits for the first that is heard of', async () => {
  await using running = await startSwitch();
  const [one, other] = [recorder(1), recorder(2)];
  running.connections.admit(one);
  running.connections.admit(other);
  await running.open();
  await running.open();
  running.clock.advance(21);
  await running.open();
  expect([one.given, other.given]).toEqual([[1], [2]]);
  running.connections.report(2, { ...nothing, received: [2] });
  expect(other.given).toEqual([2, 3]);
});

test('when a worker ends, others get what it had not read, before what came later; what it had read is closed', async () => {
  await using running = await startSwitch();
  const [dying, other] = [recorder(1), recorder(2)];
  running.connections.admit(dying);
  const clients = [await running.open(), await running.open(), await running.open()];
  running.connections.report(1, { ...nothing, received: [1, 2] });
  running.connections.report(1, { ...nothing, read: [2] });
  await closed(clients[1]!);
  running.clock.advance(21);
  await running.open();
  running.connections.remove(1);
  running.connections.admit(other);
  // The first and the third under new numbers, and then the one that had to wait.
  expect(other.sockets.slice(0, 2)).toEqual([dying.sockets[0], dying.sockets[2]]);
  expect(other.given).toEqual([4, 5, 6]);
});

test('a copy is kept until the connection is read or closed, and no longer', async () => {
  await using running = await startSwitch();
  const worker = recorder(1);
  running.connections.admit(worker);
  for (let i = 0; i < 3; i++) await running.open();
  running.connections.report(1, { ...nothing, received: [1, 2, 3] });
  expect(worker.sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  running.connections.report(1, { received: [], read: [2], closed: [3] });
  expect(worker.sockets.map(({ destroyed }) => destroyed)).toEqual([false, true, true]);
});

test('what an ended worker says late changes nothing', async () => {
  await using running = await startSwitch();
  const [gone, other] = [recorder(1), recorder(2)];
  running.connections.admit(gone);
  await running.open();
  running.connections.remove(1);
  running.connections.report(1, { received: [1], read: [1], closed: [1] });
  running.connections.admit(other);
  expect(other.sockets[0]!.destroyed).toBe(false);
});

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts';
import { type VirtualTime, virtualTime } from './virtual-time.fixture.ts';

let time: VirtualTime;
let proxy: ChaosProxy;
let target: string;

/** A server that says everything back, behind a proxy. */
beforeEach(async () => {
  time = virtualTime();
  const server = createServer((socket) => void socket.on('error', () => {}).pipe(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy = await startChaosProxy({ port: 0, target, time });
  return async () => {
    await proxy.close();
    server.close();
  };
});

async function open(address = proxy.address): Promise<Socket> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host).setNoDelay();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** What comes back, once there are so many characters. */
async function heard(socket: Socket, length: number): Promise<string> {
  let text = '';
  for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
    text += String(bytes);
    if (text.length >= length) break;
  }
  return text;
}

/** As long as others, past the proxy, need to go there and back many times. */
async function meanwhile(): Promise<void> {
  const direct = await open(target);
  for (let trip = 0; trip < 30; trip++) {
    direct.write('x');
    await heard(direct, 1);
  }
}

/** How the connection ends. */
async function ending(socket: Socket): Promise<unknown> {
  return Promise.race([
    once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code),
    once(socket.resume(), 'end').then(() => 'end'),
  ]);
}

describe('a proxy', () => {
  it('says that its port is taken', async () => {
    const port = Number(proxy.address.split(':')[1]);
    await expect(startChaosProxy({ port, target: '127.0.0.1:1', time })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    });
  });

  it('resets who connects while nobody listens behind it', async () => {
    const lonely = await startChaosProxy({ port: 0, target: '127.0.0.1:9', time });
    onTestFinished(() => lonely.close());
    expect(await ending(await open(lonely.address))).toBe('ECONNRESET');
  });

  it('passes bytes on, in both directions, and the end too', async () => {
    const socket = await open();
    socket.end('hello');
    expect(await heard(socket, 5)).toBe('hello');
    await once(socket.resume(), 'close');
  });

  it('resets connections that there are, and those to come, until it is over', async () => {
    const socket = await open();
    socket.write('x');
    await heard(socket, 1);
    const reset = ending(socket);
    proxy.set({ kind: 'reset' });
    expect(await reset).toBe('ECONNRESET');
    expect(await open().then(ending, (error: NodeJS.ErrnoException) => error.code)).toBe('ECONNRESET');
    proxy.set({ kind: 'pass' });
    const later = await open();
    later.write('back');
    expect(await heard(later, 4)).toBe('back');
  });

  it('swallows what is said into a black hole, and gives it back afterwards, in order', async () => {
    const socket = await open();
    proxy.set({ kind: 'black-hole' });
    let text = '';
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    socket.write('lost');
    const other = await open();
    other.write('too');
    await meanwhile();
    expect(text).toBe('');
    proxy.set({ kind: 'pass' });
    expect(await heard(other, 3)).toBe('too');
    await expect.poll(() => text).toBe('lost');
  });

  it('delays each answer by as long as it was told, and does not add up what is said one after another', async () => {
    const socket = await open();
    proxy.set({ kind: 'delay', ms: 300 });
    socket.write('one');
    const first = await time.run(heard(socket, 3));
    expect([first, time.now()]).toEqual(['one', 300]);
    socket.write('two');
    expect(await time.run(heard(socket, 3))).toBe('two');
    expect(time.now()).toBe(600);
  });

  it('keeps the order when it stops being slow', async () => {
    const socket = await open();
    const answer = Promise.withResolvers<void>();
    proxy.set({ kind: 'delay', ms: 300 });
    const until = time.until;
    // The first answer has come as far as the proxy once it waits.
    Object.assign(time, {
      until: (moment: number, signal: AbortSignal) => {
        answer.resolve();
        return until(moment, signal);
      },
    });
    socket.write('slow');
    await answer.promise;
    proxy.set({ kind: 'pass' });
    socket.write('fast');
    await meanwhile();
    expect(await time.run(heard(socket, 8))).toBe('slowfast');
  });
});

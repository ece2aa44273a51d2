// One connection of the fuzzer: sends a request, waits for whatever comes, and is opened anew where the server closed it.

import { connect, type Socket } from 'node:net';

export interface Reply {
  /** 0 where the server closed the connection without an answer, which is one too. */
  readonly status: number;
  readonly text: string;
}

export interface FuzzConnection {
  exchange(request: Uint8Array): Promise<Reply>;
  close(): void;
}

/** Requests that promise more bytes than they bring are never answered; the connection is given up then. */
const patienceMs = 300;

export function fuzzConnection(port: number): FuzzConnection {
  let socket: Socket | null = null;
  return {
    async exchange(request) {
      if (socket === null || socket.destroyed) socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const reply = await replyOf(socket, request);
      // A mutated length leaves bytes behind that would be taken for the next request: never used twice after an error.
      if (reply.status !== 200) socket.destroy();
      return reply;
    },
    close: () => socket?.destroy(),
  };
}

function replyOf(socket: Socket, request: Uint8Array): Promise<Reply> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const done = () => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // An error after the reply is of no interest, and must not end this process.
      socket.on('error', () => {});
      const text = received.toString('latin1', 0, 1_000);
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(lastHead(text))?.[1] ?? 0), text });
    };
    const timer = setTimeout(() => {
      socket.destroy();
      done();
    }, patienceMs);
    socket.on('error', done);
    socket.on('close', done);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (isWhole(received)) done();
    });
    socket.write(request);
  });
}

/** Behind an interim answer (100 Continue) the real one follows. */
function lastHead(text: string): string {
  return text.startsWith('HTTP/1.1 100') ? text.slice(text.indexOf('\r\n\r\n') + 4) : text;
}

function isWhole(received: Buffer): boolean {
  const text = lastHead(received.toString('latin1'));
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}

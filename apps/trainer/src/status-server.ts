// GET /metrics and GET /health/live of a trainer. It listens only where it is told a port: nothing of its work goes through here.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StatusServer {
  readonly port: number;
  close(): void;
}

export async function startStatusServer(
  { host, port }: { readonly host: string; readonly port: number },
  render: () => Promise<string>,
): Promise<StatusServer> {
  const server = createServer(async ({ method, url }, response) => {
    if (method === 'GET' && url === '/health/live')
      return response.setHeader('content-type', 'application/json').end('{"live":true}');
    if (method !== 'GET' || url !== '/metrics') return response.writeHead(404).end();
    const text = await render();
    return response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8').end(text);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

// The console's files: built by its own package, served to everybody, since there is nothing in them but the program. What the program
// shows it asks for, with a key.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import files from '@fastify/static';
import { FlightdeckError, repositoryRoot } from '@flightdeck/core';
import type { FastifyInstance } from 'fastify';
import { answerNotFound } from './errors.ts';

export const consoleFolder = join(repositoryRoot, 'apps/console/dist');

/** Below these addresses there are answers for programs, and no pages. */
const forPrograms = /^\/(v1|health|metrics|bull-board)(\/|$)/;
/** What the build names by its content. */
const immutable = /^\/assets\//;

/** Every address that nothing else has is a page of the console, which sorts them out itself. */
export async function consoleFiles(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // Mantine and ECharts set style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
  });
  await app.register(files, { root: folder, serve: false, preCompressed: true, cacheControl: false });

  app.get('/*', { config: { needs: 'open' }, logLevel: 'warn' }, async (request, reply) => {
    const path = request.url.split('?')[0]!;
    const isFile = /\.\w+$/.test(path);
    const isPage = path === '/' || request.headers.accept?.includes('text/html');
    if (forPrograms.test(path) || (!isFile && !isPage)) return answerNotFound(request);
    if (!existsSync(join(folder, 'index.html')))
      throw new FlightdeckError(
        'CONSOLE_NOT_BUILT',
        'The console has not been built. Run: npm run build --workspace @flightdeck/console. GET /v1 lists what is here beside it.',
      );
    reply.header('cache-control', immutable.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    return reply.sendFile(isFile ? path.slice(1) : 'index.html', folder);
  });
}

// Endpoints: the desired state that serving converges on. A row says which versions of a model answer under a name, and with
// what share of the traffic.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { Selectable } from 'kysely';
import { inTransaction } from './database.ts';
import { resolveVersion } from './resolution.ts';
import { type EndpointSpec, endpointSchema, shadowsSchema, trafficSchema } from './schema.ts';
import type { Database, Tables } from './tables.ts';

export interface Endpoint extends Required<EndpointSpec> {
  readonly updatedAt: string;
}

export type Endpoints = ReturnType<typeof endpointStore>;

/** The endpoints of a registry. */
export function endpointStore(db: Database, clock: Clock) {
  return {
    /**
     * Makes or replaces an endpoint. ENDPOINT_INVALID says what is wrong with it; a target that cannot be served now is refused
     * with the error of `versions.resolve`.
     */
    put(spec: EndpointSpec): Promise<Endpoint> {
      const parsed = endpointSchema.safeParse(spec);
      if (!parsed.success) throw endpointInvalid(spec.name, parsed.error.issues);
      return inTransaction(db, async (transaction) => {
        for (const { target } of [...spec.traffic, ...parsed.data.shadows])
          await resolveVersion(transaction, spec.model, target);
        const row = asRow(parsed.data, new Date(clock()).toISOString());
        await transaction
          .insertInto('endpoints')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
        return asEndpoint(row);
      });
    },

    /** ENDPOINT_NOT_FOUND lists the endpoints that exist. */
    async get(name: string): Promise<Endpoint> {
      const endpoints = await listEndpoints(db);
      const found = endpoints.find((endpoint) => endpoint.name === name);
      if (!found) throw endpointNotFound(name, endpoints);
      return found;
    },

    /** Takes an endpoint away; whether there was one. */
    remove: (name: string): Promise<boolean> =>
      inTransaction(db, async (transaction) => {
        const deleting = transaction.deleteFrom('endpoints').where('name', '=', name);
        return (await deleting.executeTakeFirst()).numDeletedRows > 0n;
      }),

    /** All endpoints by name. */
    list: (): Promise<readonly Endpoint[]> => listEndpoints(db),
  };
}

/** Gives a model that has none an endpoint of its name, all of it to the champion. */
export async function ensureEndpoint(db: Database, model: string, at: string): Promise<void> {
  const traffic = [{ target: 'champion', weight: 1 }];
  await db
    .insertInto('endpoints')
    .values(asRow({ name: model, model, traffic }, at))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

export async function listEndpoints(db: Database): Promise<readonly Endpoint[]> {
  return (await db.selectFrom('endpoints').selectAll().orderBy('name').execute()).map(asEndpoint);
}

function asRow(
  { name, model, traffic, shadows = [], salt = '' }: EndpointSpec,
  at: string,
): Selectable<Tables['endpoints']> {
  const [laid, beside] = [traffic, shadows].map((part) => JSON.stringify(part)) as [string, string];
  return { name, model, traffic: laid, shadows: beside, salt, updated_at: at };
}

function asEndpoint(row: Selectable<Tables['endpoints']>): Endpoint {
  const { name, model, salt } = row;
  const traffic = trafficSchema.parse(JSON.parse(row.traffic));
  const shadows = shadowsSchema.parse(JSON.parse(row.shadows));
  return { name, model, traffic, shadows, salt, updatedAt: row.updated_at };
}

function endpointInvalid(
  name: string,
  issues: readonly { readonly path: PropertyKey[]; readonly message: string }[],
): FlightdeckError {
  const problems = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return new FlightdeckError(
    'ENDPOINT_INVALID',
    `Endpoint "${name}": ${problems}. An endpoint needs a name, a model, and targets with positive weights.`,
  );
}

function endpointNotFound(name: string, endpoints: readonly Endpoint[]): FlightdeckError {
  const have =
    endpoints.length === 0
      ? 'There are none: the first champion of a model makes one'
      : `There are ${endpoints.map((endpoint) => endpoint.name).join(', ')}`;
  return new FlightdeckError('ENDPOINT_NOT_FOUND', `No endpoint is called ${name}. ${have}.`);
}

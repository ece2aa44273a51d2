// The floor of the serving benchmark: Fastify parsing, validating and echoing the same payload by the same schema, and nothing
// else. What it cannot do in a second, no server on Fastify can.

import Fastify from 'fastify';

const schema = JSON.parse(process.env.ECHO_SCHEMA!);
const server = Fastify({ bodyLimit: 16 * 1024 * 1024 });
server.post(
  '/echo',
  { schema: { body: schema, response: { 200: schema } } },
  async (request) => request.body,
);
process.send!({ listening: await server.listen({ port: 0, host: '127.0.0.1' }) });

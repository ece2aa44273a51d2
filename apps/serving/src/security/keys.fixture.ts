// Keys for tests, one for each scope and one with a limit.

import { type Keys, keysOf } from './keys.ts';

export const secrets = {
  predict: 'secret-of-the-predictor',
  metrics: 'secret-of-the-prometheus',
  admin: 'secret-of-the-administrator',
  slow: 'secret-of-the-slow-one',
} as const;

export async function testKeys(): Promise<Keys> {
  const list = [
    { name: 'predictor', key: secrets.predict, scopes: ['predict'] },
    { name: 'prometheus', key: secrets.metrics, scopes: ['metrics'] },
    { name: 'administrator', key: secrets.admin, scopes: ['admin'] },
    { name: 'slow', key: secrets.slow, scopes: ['predict'], requestsPerSecond: 2 },
  ];
  return (await keysOf({ json: JSON.stringify(list) }))!;
}

export const bearer = (key: keyof typeof secrets) => ({ authorization: `Bearer ${secrets[key]}` });

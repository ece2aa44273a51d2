import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { freshHome } from '../traffic.fixture.ts';
import { assertMayBind, keysOf } from './keys.ts';

const secret = 'sixteen-or-more-characters';
const one = { name: 'ada', key: secret, scopes: ['admin'] };

describe('keys', () => {
  it.each([
    ['no JSON', secret],
    ['no list', '{}'],
    ['an empty list', '[]'],
    ['a short key', JSON.stringify([{ ...one, key: 'short' }])],
    ['a scope that nobody knows', JSON.stringify([{ ...one, scopes: [secret] }])],
    ['neither key nor digest', JSON.stringify([{ name: 'ada', scopes: ['read'] }])],
    ['two of one name', JSON.stringify([one, { ...one, key: 'another-one-of-sixteen' }])],
    ['a key in the place of a name', JSON.stringify([{ ...one, name: `${secret} ` }])],
  ])('of %s are refused, without a word of what was given', async (_, json) => {
    const refused = await keysOf({ json }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'KEYS_INVALID' });
    expect(String(refused)).not.toContain(secret);
  });

  it('are found by what they are or by their digest, with the scopes that theirs includes', async () => {
    const file = join(await freshHome(), 'keys.json');
    await writeFile(
      file,
      JSON.stringify([one, { name: 'eye', sha256: sha256('another-secret-of-mine'), scopes: ['read'] }]),
    );
    const keys = await keysOf({ file });
    expect([...keys!.find(secret)!.scopes].toSorted()).toEqual(['admin', 'alerts', 'read']);
    expect(keys!.find('another-secret-of-mine')).toMatchObject({ name: 'eye', scopes: new Set(['read']) });
    expect(keys!.find('another-secret')).toBeUndefined();
    await expect(keysOf({ json: '[]', file })).rejects.toThrow(/not both/);
    await expect(keysOf({ file: `${file}.gone` })).rejects.toMatchObject({ code: 'KEYS_INVALID' });
    expect(await keysOf({})).toBeUndefined();
  });
});

it.each(['0.0.0.0', '::', '10.0.0.1', 'example.com'])('%s may not be bound without keys', async (host) => {
  expect(() => assertMayBind(host, undefined)).toThrow(expect.objectContaining({ code: 'KEYS_REQUIRED' }));
  assertMayBind(host, await keysOf({ json: JSON.stringify([one]) }));
});

it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s may be bound without keys', (host) => {
  assertMayBind(host, undefined);
});

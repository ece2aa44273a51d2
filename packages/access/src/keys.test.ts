import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KeyRules, type KeySource, readKeys } from './keys.ts';

const rules = {
  scopes: ['predict', 'feedback', 'metrics', 'admin'],
  variable: 'SERVING_KEYS',
  limits: true,
} satisfies KeyRules<string>;
const keysOf = (source: KeySource) => readKeys(rules, source);

const secret = 'correct-horse-battery';
const sha256 = createHash('sha256').update(secret).digest('hex');
const good = { name: 'batch-job', key: secret, scopes: ['predict'] };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flightdeck-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a list of keys is refused', () => {
  test.each([
    ['that is not JSON', `[{"name": "a", "key": "${secret}"`, 'SERVING_KEYS is not valid JSON'],
    ['that is no list', `{"${secret}": "predict"}`, 'must be a list (Write [{'],
    ['without an entry', '[]', 'must have at least one entry'],
    ['with an entry that is no object', `["${secret}"]`, 'entry 1 must be an object of name'],
    ['with an unknown property', [{ ...good, [secret]: 1 }], 'entry 1 must be an object of name'],
    ['with neither key nor digest', [{ name: 'a', scopes: ['predict'] }], 'must have either key or sha256'],
    ['with both', [{ ...good, sha256 }], 'entry 1 must have either key or sha256'],
    [
      'with a key of 15 characters',
      [good, { ...good, key: 'k'.repeat(15) }],
      'entry 2, key must be 16 to 512',
    ],
    [
      'with a key that no header can hold',
      [{ ...good, key: `${secret} x` }],
      'entry 1, key must be 16 to 512',
    ],
    [
      'with a digest in capitals',
      [{ ...good, key: undefined, sha256: sha256.toUpperCase() }],
      'sha256 must be 64',
    ],
    [
      'with the key in the place of the name',
      [{ ...good, name: secret, key: 'batch-job' }],
      'entry 1, key must',
    ],
    ['with a name that cannot be searched for', [{ ...good, name: `a ${secret}` }], 'entry 1, name must be'],
    ['with no scope', [{ ...good, scopes: [] }], 'entry 1, scopes must name at least one scope'],
    [
      'with an unknown scope',
      [{ ...good, scopes: [secret] }],
      'scopes.0 must be of predict, feedback, metrics, admin',
    ],
    ['with a limit of nothing', [{ ...good, requestsPerSecond: 0 }], 'requestsPerSecond must be above 0'],
    ['with one name twice', [good, { ...good, key: 'k'.repeat(16) }], 'entries 1 and 2 have the same name'],
    ['with one key twice', [good, { ...good, name: 'b', key: undefined, sha256 }], 'have the same key'],
  ])('%s, and nothing of it is quoted', async (_name, list, message) => {
    const json = typeof list === 'string' ? list : JSON.stringify(list);
    const error = await keysOf({ json }).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'KEYS_INVALID', message: expect.stringContaining(message) });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secret);
  });

  test('with a limit that the server does not keep', async () => {
    const json = JSON.stringify([{ ...good, requestsPerSecond: 1 }]);
    await expect(readKeys({ ...rules, limits: false }, { json })).rejects.toMatchObject({
      code: 'KEYS_INVALID',
      message: expect.stringContaining('requestsPerSecond is nothing that this server keeps'),
    });
  });

  test('that is given twice', async () => {
    await expect(keysOf({ json: '[]', file: 'keys.json' })).rejects.toMatchObject({
      code: 'KEYS_INVALID',
      message: expect.stringContaining('not both'),
    });
  });

  test('whose file is not there', async () => {
    await expect(keysOf({ file: join(folder, 'absent.json') })).rejects.toMatchObject({
      code: 'KEYS_INVALID',
      message: expect.stringMatching(/SERVING_KEYS_FILE.*absent\.json/),
    });
  });
});

test('no list at all means no keys', async () => {
  expect(await keysOf({})).toBeUndefined();
});

describe('a key', () => {
  test('is found as text and by its digest', async () => {
    const other = 'another-key-of-some-length';
    const digest = createHash('sha256').update(other).digest('hex');
    const list = [good, { name: 'by-digest', sha256: digest, scopes: ['metrics'], requestsPerSecond: 2.5 }];
    const keys = (await keysOf({ json: JSON.stringify(list) }))!;
    expect(keys.find(secret)).toEqual({ name: 'batch-job', scopes: new Set(['predict']) });
    expect(keys.find(other)).toEqual({
      name: 'by-digest',
      scopes: new Set(['metrics']),
      requestsPerSecond: 2.5,
    });
    // A digest is no key, even where it is what is stored.
    expect(keys.find(digest)).toBeUndefined();
  });

  test('of an administrator may do everything', async () => {
    const keys = (await keysOf({ json: JSON.stringify([{ ...good, scopes: ['admin'] }]) }))!;
    expect(keys.find(secret)!.scopes).toEqual(new Set(['predict', 'feedback', 'metrics', 'admin']));
  });

  test('is found by nothing but itself', async () => {
    const texts = fc.uniqueArray(fc.stringMatching(/^[!-~]{16,40}$/), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(texts, fc.string({ maxLength: 40, unit: 'binary' }), async (known, stranger) => {
        const list = known.map((key, position) => ({ name: `key-${position}`, key, scopes: ['predict'] }));
        const keys = (await keysOf({ json: JSON.stringify(list) }))!;
        for (const [position, key] of known.entries()) {
          expect(keys.find(key)!.name).toBe(`key-${position}`);
          const others = [key.slice(1), `${key}a`, key.toUpperCase(), stranger, ''];
          for (const other of others) if (!known.includes(other)) expect(keys.find(other)).toBeUndefined();
        }
      }),
    );
  });
});

describe('a file of keys', () => {
  test.each([
    [0o600, 0],
    [0o640, 0],
    [0o644, 1],
    [0o660, 1],
  ])('with permissions %o has %d warnings', async (mode, count) => {
    const file = join(folder, `keys-${mode}.json`);
    await writeFile(file, JSON.stringify([good]));
    await chmod(file, mode);
    const keys = (await keysOf({ file }))!;
    expect(keys.all).toHaveLength(1);
    expect(keys.warnings).toEqual(count === 0 ? [] : [expect.stringContaining(`chmod 600 ${file}`)]);
  });
});

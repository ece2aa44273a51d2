import { expect, test } from 'vitest';
import { requireKeys } from './binding.ts';

const elsewhere = [
  '0.0.0.0',
  '::',
  '0:0:0:0:0:0:0:0',
  '::ffff:0.0.0.0',
  '192.168.1.2',
  '::ffff:192.168.1.2',
  '128.0.0.1',
  '126.255.255.255',
  'fe80::1',
  '::2',
  // Ways to write 127.0.0.1, and names that may stand for it: what a resolver makes of them is not known here.
  '127.1',
  '0x7f.0.0.1',
  '2130706433',
  'localhost.example.com',
  'a.localhost',
  'my-machine',
  '',
];

test.each(elsewhere)('without keys a server does not listen on "%s"', (host) => {
  expect(() => requireKeys('SERVING', host, undefined)).toThrow(
    expect.objectContaining({ code: 'KEYS_REQUIRED', message: expect.stringContaining('SERVING_KEYS_FILE') }),
  );
});

test.each(elsewhere)('with keys it may listen on "%s"', (host) => {
  expect(() => requireKeys('SERVING', host, {})).not.toThrow();
});

test.each([
  '127.0.0.1',
  '127.255.255.254',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  'localhost',
])('without keys it listens on %s', (host) => {
  expect(() => requireKeys('SERVING', host, undefined)).not.toThrow();
});

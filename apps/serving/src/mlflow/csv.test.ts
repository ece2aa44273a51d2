// CSV on /invocations.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sigmoid } from '../sum-model.fixture.ts';
import { csvLine, expectRefusal, scoringServers } from './invocations.fixture.ts';

let servers: Awaited<ReturnType<typeof scoringServers>>;

beforeAll(async () => {
  servers = await scoringServers();
});

afterAll(() => servers.close());

describe('a CSV', () => {
  const long = 'x'.repeat(70_000);
  const digits = '1'.repeat(50_000);

  test.each([
    ['nothing in it', 'MALFORMED_CSV', 'is empty', ''],
    ['blank lines alone', 'MALFORMED_CSV', 'is empty', '\n\n'],
    ['bytes that are no UTF-8', 'MALFORMED_CSV', 'not valid UTF-8', Buffer.from([0x61, 0xff])],
    ['a header alone', 'NO_INSTANCES', 'no row', 'a,b,origin\n'],
    ['no header', 'UNKNOWN_FIELD', 'no input "1"', '1,2,ATL\n'],
    ['another delimiter', 'UNKNOWN_FIELD', '"a;b;origin"', 'a;b;origin\n1;2;ATL\n'],
    ['an unknown column', 'UNKNOWN_FIELD', '"z"', 'a,b,origin,z\n1,2,ATL,3\n'],
    ['a column twice', 'INVALID_BODY', '"a" is there twice', 'a,a,b,origin\n1,1,2,ATL\n'],
    ['an input without a column', 'INPUT_INVALID', 'lacks origin', 'a,b\n1,2\n'],
    ['spaces around a name', 'UNKNOWN_FIELD', '" b "', 'a, b ,origin\n1,2,ATL\n'],
    ['a cell too few', 'MALFORMED_CSV', 'expect 3, got 2 on line 3', 'a,b,origin\n1,2,ATL\n1,2\n'],
    ['a cell too many', 'MALFORMED_CSV', 'expect 3, got 4 on line 2', 'a,b,origin\n1,2,ATL,3\n'],
    ['a quote within a cell', 'MALFORMED_CSV', 'at line 2', 'a,b,origin\n1,2,A"B\n'],
    ['text behind a quote', 'MALFORMED_CSV', 'at line 2', 'a,b,origin\n1,2,"A"B\n'],
    ['an open quote', 'MALFORMED_CSV', 'opening quote at line 2', 'a,b,origin\n1,2,"ATL\n'],
    ['a record over the limit', 'MALFORMED_CSV', 'at line 2', `a,b,origin\n1,2,${long}\n`],
    [
      'a text for a number',
      'INPUT_INVALID',
      'Line 3, column b: expected a number, got "x"',
      'a,b,origin\n\n1,x,A\n',
    ],
    ['one behind a line break', 'INPUT_INVALID', 'Line 4, column b', 'a,b,origin\n1,2,"A\nB"\n1,y,C\n'],
    ['infinity', 'INPUT_INVALID', '"inf"', 'a,b,origin\n1,inf,ATL\n'],
    ['a hexadecimal number', 'INPUT_INVALID', '"0x10"', 'a,b,origin\n1,0x10,ATL\n'],
    ['a decimal comma', 'INPUT_INVALID', '"1,5"', 'a,b,origin\n1,"1,5",ATL\n'],
    ['a number beyond float32', 'INPUT_INVALID', 'fits 32 bits', 'a,b,origin\n1,1e39,ATL\n'],
    ['the character NUL', 'MODEL_FAILED_ON_INPUT', 'NUL', 'a,b,origin\n1,2,A\0B\n'],
    ['digits without end', 'INPUT_INVALID', 'expected a number', `a,b,origin\n1,${digits}x,ATL\n`],
  ])('with %s is %s', async (_name, code, message, payload) => {
    await expectRefusal(servers.csv('sum', payload), code, message);
  });

  test('with a row over the limit is refused as too many', async () => {
    const payload = `index\n${'1\n'.repeat(11)}`;
    await expectRefusal(servers.csv('lookup', payload), 'TOO_MANY_INSTANCES', 'limit of 10', 413);
    expect(await servers.csv('lookup', payload.slice(0, -2))).toMatchObject({ status: 200 });
  });

  test.each([
    ['lookup', 'half a whole number', 'index\n1.5\n', 'whole number'],
    ['lookup', 'a missing whole number', 'index\nNA\n', 'whole number'],
    [
      'people',
      'no truth value',
      'age,city,member\n1,x,yes\n',
      'Line 2, column member: expected true or false',
    ],
    ['add', 'rows that no cell can hold', 'a,b\n1,2\n', '"a" takes rows of shape [3]'],
  ])('for %s with %s is refused', async (model, _name, payload, message) => {
    await expectRefusal(servers.csv(model, payload), 'INPUT_INVALID', message);
  });

  test.each([
    ['plain', 'a,b,origin\n1,2,ATL\n'],
    ['without a last line end', 'a,b,origin\n1,2,ATL'],
    ['with line ends of Windows', 'a,b,origin\r\n1,2,ATL\r\n'],
    ['with line ends of old Macs', 'a,b,origin\r1,2,ATL\r'],
    ['with line ends that differ', 'a,b,origin\r\n1,2,ATL\n'],
    ['with a byte order mark', '\ufeffa,b,origin\n1,2,ATL\n'],
    ['quoted throughout', '"a","b","origin"\n"1","2","ATL"\n'],
    ['with blank lines', '\na,b,origin\n\n1,2,ATL\n\n'],
    ['in another order', 'origin,b,a\nATL,2,1\n'],
    ['with the index that pandas writes', ',a,b,origin\n7,1,2,ATL\n'],
    ['with spaces around numbers', 'a,b,origin\n 1 ,\t2,ATL\n'],
    ['with numbers in every form', 'a,b,origin\n+1.,.2E+1,ATL\n'],
  ])('%s is read', async (_name, payload) => {
    const { body } = await servers.csv('sum', payload);
    expect(body).toEqual({ predictions: { probability: [[expect.closeTo(sigmoid(4), 6)]] } });
  });

  test.each(['', 'NaN', 'nan', 'NA', 'N/A', 'null', 'NULL', 'None', '""'])(
    'has a missing number for %j',
    async (word) => {
      const { body } = await servers.csv('sum', `a,b,origin\n1,${word},ATL\n`);
      expect(body).toEqual({ predictions: { probability: [[expect.closeTo(sigmoid(2.5), 6)]] } });
    },
  );

  test('has strings as they are: codes, words for nothing, quotes, line breaks and spaces', async () => {
    const place = ['007', 'NA', 'NaN', 'null', '', ' x ', 'a,b', 'say "x"', 'two\nlines', 'ü🛫'];
    const lines = place.map((city) => csvLine(['true', 1, city]));
    const { body } = await servers.csv('people', `member,age,city\n${lines.join('')}`);
    expect(body.predictions).toMatchObject({ place: place.map((city) => [city]) });
  });

  test('has truth values in any case', async () => {
    const { body } = await servers.csv('people', 'age,city,member\n1,x,true\n1,x,False\n1,x,TRUE\n');
    expect(body.predictions).toMatchObject({ paid: [[true], [false], [true]] });
  });
});

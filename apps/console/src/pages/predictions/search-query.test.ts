import { expect, it } from 'vitest';
import { parametersOf, searchPath } from './search-query.ts';

it('asks for what the address says, with times in UTC, and nothing else', () => {
  const parameters = new URLSearchParams(
    'unit=a&from=2001-05-01T10:00&until=2001-05-02T10:00:00Z&stranger=1',
  );
  expect(searchPath('toy', parameters)).toBe(
    '/v1/predictions?model=toy&limit=50&unit=a&from=2001-05-01T10%3A00%3A00Z&until=2001-05-02T10%3A00%3A00Z',
  );
});

it('leaves out what was left empty', () => {
  const form = new FormData();
  form.set('unit', ' ');
  form.set('version', '3');
  expect(parametersOf('toy', form).toString()).toBe('model=toy&version=3');
});

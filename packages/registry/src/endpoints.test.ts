import { beforeEach, describe, expect, it } from 'vitest';
import { move, registerToys } from './fixtures.ts';
import { places } from './places.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';

describe.each(places)('$kind,', ({ fresh }) => {
  let registry: Registry;
  beforeEach(async () => {
    registry = await openRegistry({ ...(await fresh()).location, clock: () => 0 });
    await registerToys(registry, 2);
    return () => registry.close();
  });

  it('an endpoint without traffic, with a weight that is no share, or with a target twice is refused', async () => {
    const target = 'v1';
    for (const traffic of [
      [],
      [{ target, weight: 0 }],
      [{ target, weight: Number.NaN }],
      [
        { target, weight: 1 },
        { target, weight: 2 },
      ],
    ]) {
      const putting = async () => registry.endpoints.put({ name: 'toy', model: 'toy', traffic });
      await expect(putting()).rejects.toMatchObject({ code: 'ENDPOINT_INVALID' });
    }
  });

  it('a target that cannot be served now is refused', async () => {
    const put = (target: string) =>
      registry.endpoints.put({ name: 'toy', model: 'toy', traffic: [{ target, weight: 1 }] });
    await expect(put('v9')).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
    await expect(put('champion')).rejects.toMatchObject({ code: 'ALIAS_NOT_SET' });
    expect(await registry.endpoints.list()).toEqual([]);
  });

  it('an unknown endpoint is answered with those there are', async () => {
    await registry.aliases.set({ ...move, version: 1 });
    const getting = registry.endpoints.get('toi');
    await expect(getting).rejects.toMatchObject({ code: 'ENDPOINT_NOT_FOUND' });
    await expect(getting).rejects.toThrow('There are toy.');
  });

  it('the first champion of a model makes its endpoint, other aliases do not', async () => {
    await registry.aliases.set({ ...move, alias: 'challenger', version: 1 });
    expect(await registry.endpoints.list()).toEqual([]);
    await registry.aliases.set({ ...move, version: 1 });
    expect(await registry.endpoints.get('toy')).toEqual({
      name: 'toy',
      model: 'toy',
      traffic: [{ target: 'champion', weight: 1 }],
      shadows: [],
      salt: '',
      updatedAt: '1970-01-01T00:00:00.000Z',
    });
  });

  it('an endpoint that is there already is left as it is by a first champion, and replaced by put', async () => {
    const split = [
      { target: 'v1', weight: 9 },
      { target: 'v2', weight: 1 },
    ];
    await registry.endpoints.put({ name: 'toy', model: 'toy', traffic: split });
    await registry.aliases.set({ ...move, version: 1 });
    expect((await registry.endpoints.get('toy')).traffic).toEqual(split);
    await registry.endpoints.put({ name: 'toy', model: 'toy', traffic: [{ target: 'latest', weight: 1 }] });
    expect((await registry.endpoints.list()).map((endpoint) => endpoint.traffic)).toEqual([
      [{ target: 'latest', weight: 1 }],
    ]);
  });

  it('a shadow that cannot be served, or is asked about more than everything, is refused; another is kept', async () => {
    const endpoint = { name: 'toy', model: 'toy', traffic: [{ target: 'v1', weight: 1 }], salt: 'rollout-1' };
    const put = async (target: string, rate: number) =>
      registry.endpoints.put({ ...endpoint, shadows: [{ target, rate }] });
    await expect(put('v9', 1)).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
    await expect(put('v2', 1.5)).rejects.toMatchObject({ code: 'ENDPOINT_INVALID' });
    await put('v2', 0.5);
    expect(await registry.endpoints.get('toy')).toMatchObject({
      ...endpoint,
      shadows: [{ target: 'v2', rate: 0.5 }],
    });
  });
});

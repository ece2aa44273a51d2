import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '@flightdeck/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { startRun, toyRegistration } from './fixtures.ts';
import { freshHome } from './fresh-home.fixture.ts';
import { type Place, places } from './places.fixture.ts';
import { openRegistry, type Registry } from './registry.ts';
import type { ModelVersion } from './versions.ts';

describe.each(places)('$kind,', ({ fresh }) => {
  let place: Place;
  let home: string;
  let registry: Registry;
  let version: ModelVersion;
  beforeEach(async () => {
    home = await freshHome();
    place = await fresh();
    registry = await openRegistry(place.location);
    await startRun(registry);
    version = await registry.versions.register(toyRegistration(1));
    return () => registry.close();
  });

  const lose = async (hash: string) => (await place.artifacts()).delete(hash);
  const model = () => version.files.find((file) => file.path === 'model.onnx')!;

  describe('a bundle that is not what was registered', () => {
    it('is refused with version, file, both hashes and the remedy when a file was changed', async () => {
      await place.damage(model().sha256, 'tampered');
      const bundle = await registry.versions.open(version);
      const reading = bundle.read('model.onnx');
      await expect(reading).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
      for (const part of [
        'Version 1 of toy: model.onnx',
        model().sha256,
        sha256('tampered'),
        'train again',
      ]) {
        await expect(reading).rejects.toThrow(part);
      }
      await expect(registry.versions.verify(version)).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
    });

    it('is refused when a file was cut short', async () => {
      await place.damage(model().sha256, '\x01\x02');
      await expect(registry.versions.verify(version)).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
    });

    it('is refused when a file is missing, or was never in it', async () => {
      await lose(model().sha256);
      const bundle = await registry.versions.open(version);
      await expect(bundle.read('model.onnx')).rejects.toMatchObject({ code: 'BUNDLE_INCOMPLETE' });
      await expect(bundle.read('other.onnx')).rejects.toThrow(/other.onnx is missing/);
      await expect(registry.versions.verify(version)).rejects.toThrow(/model.onnx is missing/);
    });

    it('is refused when its manifest was changed or lost', async () => {
      const forged = version.files.map((file) => ({ ...file, sha256: sha256('tampered') }));
      await place.damage(version.digest, canonicalJson(forged));
      await expect(registry.versions.open(version)).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
      await lose(version.digest);
      await expect(registry.versions.open(version)).rejects.toThrow(/the manifest is missing/);
    });

    it('is whole again after the same content was registered again', async () => {
      await place.damage(model().sha256, 'tampered');
      await lose(version.digest);
      expect(await registry.versions.register(toyRegistration(1))).toEqual(version);
      await registry.versions.verify(version);
    });

    it('is not exported, not even in part', async () => {
      await place.damage(model().sha256, 'tampered');
      const folder = join(home, 'exports', 'toy');
      const exporting = registry.versions.export(version, folder);
      await expect(exporting).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
      expect(await readdir(join(home, 'exports'))).toEqual([]);
    });
  });

  describe('a bundle', () => {
    it('gives back its files, and its digest is the hash of its manifest', async () => {
      const bundle = await registry.versions.open(version);
      expect(Buffer.from(await bundle.read('MODEL_CARD.md')).toString()).toBe('# Toy\n');
      expect([...(await bundle.read('model.onnx'))]).toEqual([1, 2, 3, 1, 0]);
      expect(bundle.digest).toBe(sha256(canonicalJson(bundle.files)));
      expect(bundle.files).toEqual(version.files);
    });

    it('is exported as a folder, into a new or an empty one', async () => {
      const folder = join(home, 'exports', 'toy');
      await mkdir(folder, { recursive: true });
      await registry.versions.export(version, folder);
      expect((await readdir(folder)).sort()).toEqual(['MODEL_CARD.md', 'model.onnx', 'plots']);
      expect(await readFile(join(folder, 'plots', 'roc.json'), 'utf8')).toBe('{"seed":1}');
      expect(await readdir(join(home, 'exports'))).toEqual(['toy']);
    });

    it('is not exported over anything', async () => {
      const folder = join(home, 'exports');
      await mkdir(folder);
      await writeFile(join(folder, 'mine.txt'), 'keep me');
      const taken = { code: 'EXPORT_FOLDER_TAKEN' };
      await expect(registry.versions.export(version, folder)).rejects.toMatchObject(taken);
      await expect(registry.versions.export(version, join(folder, 'mine.txt'))).rejects.toMatchObject(taken);
      const below = registry.versions.export(version, join(folder, 'mine.txt', 'x'));
      await expect(below).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
      expect(await readdir(folder)).toEqual(['mine.txt']);
    });
  });
});

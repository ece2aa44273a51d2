import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asStateError, replaceAtomic, writeFileAtomic } from './files.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'flightdeck-files-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe('atomic files', () => {
  it('creates the folders above, and replaces what was there', async () => {
    const path = join(await folder(), 'a', 'b.json');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('two');
  });

  it('keeps the old content and leaves no temporary file when the write fails half way', async () => {
    const root = await folder();
    const path = join(root, 'kept.txt');
    await writeFileAtomic(path, 'old');
    const half = replaceAtomic(path, async (temporary) => {
      await writeFile(temporary, 'half of the new');
      throw new Error('killed');
    });
    await expect(half).rejects.toThrow('killed');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(root)).toEqual(['kept.txt']);
  });

  it('clears away what a killed writer left an hour ago, and nothing else', async () => {
    const root = await folder();
    const path = join(root, 'a.json');
    for (const name of ['a.json.1-ab.tmp', 'a.json.2-cd.tmp', 'b.json.1-ab.tmp'])
      await writeFile(join(root, name), '');
    const twoHoursAgo = Date.now() / 1000 - 7200;
    await utimes(join(root, 'a.json.1-ab.tmp'), twoHoursAgo, twoHoursAgo);
    await utimes(join(root, 'b.json.1-ab.tmp'), twoHoursAgo, twoHoursAgo);
    await writeFileAtomic(path, '{}');
    expect((await readdir(root)).sort()).toEqual(['a.json', 'a.json.2-cd.tmp', 'b.json.1-ab.tmp']);
  });

  it('names the path and the remedy when the disk is full, and says that a retry may help', async () => {
    const path = join(await folder(), 'model.onnx');
    const full = replaceAtomic(path, () => writeFile('/dev/full', 'x'));
    await expect(full).rejects.toMatchObject({ code: 'DISK_FULL', retryable: true });
    await expect(full).rejects.toThrow(path);
  });

  it('names the path and the remedy where a file stands in place of a folder', async () => {
    const file = join(await folder(), 'file');
    await writeFile(file, '');
    await expect(writeFileAtomic(join(file, 'below'), 'x')).rejects.toMatchObject({
      code: 'STATE_NOT_WRITABLE',
    });
  });

  it("knows DuckDB's words for a full disk", () => {
    const error = asStateError(new Error('IO Error: Could not write file: No space left on device'), '/x');
    expect(error).toMatchObject({ code: 'DISK_FULL' });
  });
});

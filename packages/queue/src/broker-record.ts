// broker.json in the state directory: which server runs there, so that other processes join it and the next start finds it.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, replaceAtomic } from '@flightdeck/core';
import { z } from 'zod';

const brokerRecordSchema = z.object({
  kind: z.enum(['private-redis', 'embedded-postgres']),
  title: z.string(),
  /** Holds the password where there is one: the file has mode 0600. */
  url: z.string(),
  command: z.string(),
  data: z.string(),
  stopSignal: z.enum(['SIGTERM', 'SIGINT']),
});

export type BrokerRecord = z.infer<typeof brokerRecordSchema>;

/** Null when there is none. A damaged record counts as none. */
export async function readRecord(folder: string): Promise<BrokerRecord | null> {
  try {
    return brokerRecordSchema.parse(JSON.parse(await readFile(recordPath(folder), 'utf8')));
  } catch (error) {
    if (
      isSystemError(error, 'ENOENT', 'ENOTDIR') ||
      error instanceof SyntaxError ||
      error instanceof z.ZodError
    )
      return null;
    throw error;
  }
}

export async function writeRecord(folder: string, record: BrokerRecord): Promise<void> {
  const text = JSON.stringify(brokerRecordSchema.parse(record), null, 2);
  await replaceAtomic(recordPath(folder), (temporary) => writeFile(temporary, text, { mode: 0o600 }));
}

function recordPath(folder: string): string {
  return join(folder, 'broker.json');
}

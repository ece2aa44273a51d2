// What a SIGKILL costs: a process that logs is killed at a moment of chance, and what it had answered is compared with what is in the
// log.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { seededRandom } from '@flightdeck/core';
import { openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { layout } from './rows.ts';

export interface Loss {
  readonly rows: number;
  readonly answeredRows: number;
  /** From the last row in the log to the last that was answered. */
  readonly milliseconds: number;
}

export async function measureLoss(folder: string, rounds: number): Promise<Loss[]> {
  const random = seededRandom(1);
  const losses: Loss[] = [];
  await mkdir(folder, { recursive: true });
  for (let round = 0; round < rounds; round++) {
    losses.push(await killOnce(join(folder, String(round)), 1_500 + 2_000 * random.uniform()));
  }
  return losses;
}

async function killOnce(home: string, afterMs: number): Promise<Loss> {
  const notes = `${home}.notes`;
  const child = fork(join(import.meta.dirname, 'loss.child.ts'), [home, notes], { execArgv: [] });
  await once(child, 'message');
  await setTimeout(afterMs);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [started, last, answeredRows] = [0, 8, 16].map((at) => readFileSync(notes).readDoubleLE(at)) as [
    number,
    number,
    number,
  ];
  const database = await openDatabase();
  const records = await openPredictionRecords(database, { home, model: layout.model });
  const [logged] = await database.rows(
    `select count(*)::int as rows, coalesce(max("at"), ${started})::double as last from predictions`,
  );
  records.close();
  await database.close();
  return {
    answeredRows,
    rows: answeredRows - Number(logged!.rows),
    milliseconds: last - Number(logged!.last),
  };
}

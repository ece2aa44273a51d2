// Labels: what predictions turned out to be. They come late, again, and corrected, and what `append` has resolved for is on the disk. A
// label is a record of its own, joined to its prediction by the prediction's id when somebody reads.

import { join } from 'node:path';
import { type Clock, FlightdeckError } from '@flightdeck/core';
import { type PredictionName, randomToken } from '../prediction-id.ts';
import { openRecordWriter } from '../records/record-writer.ts';
import { type RowBuffer, rowBuffer } from '../records/row-buffer.ts';
import type { Outcome } from '../records/segment-writer.ts';
import { groupCommit } from './group-commit.ts';
import { knownInstances } from './known-instances.ts';
import { type Label, type RefusedLabel, sortLabels } from './label.ts';
import { labelTable } from './label-table.ts';

export interface LabelReceipt {
  /** Labels that are on the disk now. One that came before is stored again, and read as one. */
  readonly accepted: number;
  /** Of those: labels of instances that have no prediction of this model in the log, or none yet. */
  readonly unknown: number;
  readonly refused: readonly RefusedLabel[];
}

export interface LabelStore {
  /**
   * Stores a model's labels, and who sent them. A label that differs from an earlier one of the same prediction corrects it; both stay.
   * LABELS_NOT_STORED, which a retry may mend: none, some or all of them are stored.
   */
  append(model: string, labels: readonly Label[], actor: string): Promise<LabelReceipt>;
  close(): Promise<void>;
}

export interface LabelStoreOptions {
  /** The state directory; labels are below `labels/`, and `predictions/` says which instances are known. */
  readonly home: string;
  readonly maxDays: number;
  readonly clock: Clock;
}

export function openLabelStore({ home, maxDays, clock }: LabelStoreOptions): LabelStore {
  const folder = join(home, 'labels');
  const writer = openRecordWriter({
    folder,
    token: randomToken(),
    // Some 200,000 labels: while a segment becomes Parquet, answers wait.
    maxSegmentBytes: 8 * 1024 * 1024,
    maxSegmentMs: 3_600_000,
    maxBytes: Number.POSITIVE_INFINITY,
    maxDays,
  });
  const commit = groupCommit(writer.sync);
  const isKnown = knownInstances(join(home, 'predictions'), clock);
  const buffers = new Map<string, RowBuffer>();

  function bufferOf(model: string): RowBuffer {
    const buffer = buffers.get(model) ?? rowBuffer(labelTable(model));
    buffers.set(model, buffer);
    return buffer;
  }

  return {
    async append(model, labels, actor) {
      const { accepted, refused } = sortLabels(labels);
      const buffer = bufferOf(model);
      const at = clock();
      writer.append(buffer, accepted.length, (from, to, place) => {
        for (let index = from; index < to; index++)
          writeLabel(buffer, accepted[index]!, actor, at, place + index - from);
      });
      assertStored(folder, await commit());
      const unknown = accepted.filter(({ name }) => !isKnown(model, name.token)).length;
      return { accepted: accepted.length, unknown, refused };
    },
    async close() {
      assertStored(folder, await writer.close());
    },
  };
}

function writeLabel(
  { values, dictionaries }: RowBuffer,
  { name, label, knownAt }: { name: PredictionName; label: number; knownAt: number },
  actor: string,
  at: number,
  place: number,
): void {
  values.token![place] = dictionaries.token!.placeOf(name.token);
  values.request![place] = name.request;
  values.row![place] = name.row;
  values.label![place] = label;
  values.known_at![place] = knownAt;
  values.at![place] = at;
  values.actor![place] = dictionaries.actor!.placeOf(actor);
}

function assertStored(folder: string, { lostRows, problem }: Outcome): void {
  if (lostRows === 0) return;
  throw new FlightdeckError(
    'LABELS_NOT_STORED',
    `Labels cannot be written to ${folder}: ${problem}. Free space or mend the folder, then send them again.`,
    { retryable: true },
  );
}

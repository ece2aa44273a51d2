// Which requests may share a run: those whose rows have the same shapes and that want the same outputs.

import { FlightdeckError } from '@flightdeck/core';
import { elementCount, type TensorInfo } from '@flightdeck/onnx';
import type { Work } from './inference-model.ts';

export interface RequestGroup {
  /** Whether each request is a run of its own, as it came. */
  readonly isWhole: boolean;
  readonly columns: readonly Column[];
  /** All of the model's outputs if left out. */
  readonly outputs: readonly string[] | undefined;
  /** Rows of this group that wait; the waiting line keeps it. */
  waiting: number;
}

/** An input of the model as this group's batches have it. */
export interface Column extends Pick<TensorInfo, 'name' | 'type'> {
  /** The dimensions behind the first. */
  readonly rowShape: readonly number[];
  /** Elements a row. */
  readonly width: number;
}

export interface ModelPorts {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Whether rows of several requests may share a run, and a request be divided. */
  readonly isBatching: boolean;
}

/** Callers choose shapes, so what is remembered of them is bounded. Forgetting costs a shared run and nothing else. */
const mostGroups = 256;

/** Finds the group of a request: the same object for all that may share a run. INPUT_INVALID names an output that is none. */
export function requestGroups(ports: ModelPorts): (work: Work) => RequestGroup {
  const byKey = new Map<string, RequestGroup>();
  let latest: RequestGroup | undefined;
  return (work) => {
    // Nearly every request is like the one before it, and comparing is cheaper than making a key.
    if (latest !== undefined && isMember(work, latest)) return latest;
    const key = keyOf(ports, work);
    latest = byKey.get(key) ?? newGroup(ports, work);
    if (byKey.size >= mostGroups) byKey.clear();
    byKey.set(key, latest);
    return latest;
  };
}

function isMember({ rows, outputs }: Work, group: RequestGroup): boolean {
  if (outputs !== group.outputs && !isSameList(outputs ?? [], group.outputs ?? [])) return false;
  for (const { name, rowShape } of group.columns) {
    const own = rows.rowShapes[name]!;
    if (own !== rowShape && !isSameList(own, rowShape)) return false;
  }
  return true;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function keyOf({ inputs }: ModelPorts, { rows, outputs }: Work): string {
  return JSON.stringify([outputs?.toSorted(), inputs.map(({ name }) => rows.rowShapes[name])]);
}

function newGroup({ inputs, isBatching, ...ports }: ModelPorts, { rows, outputs }: Work): RequestGroup {
  if (outputs) assertKnown(outputs, ports.outputs);
  const columns = inputs.map(({ name, type }) => {
    const rowShape = rows.rowShapes[name]!;
    return { name, type, rowShape, width: elementCount(rowShape) };
  });
  return { isWhole: !isBatching, columns, outputs, waiting: 0 };
}

function assertKnown(wanted: readonly string[], outputs: readonly TensorInfo[]): void {
  const names = outputs.map(({ name }) => name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (wanted.length > 0 && unknown === undefined) return;
  throw new FlightdeckError(
    'INPUT_INVALID',
    `${unknown === undefined ? 'No output is asked for.' : `The model has no output "${unknown}".`} ` +
      `It has ${names.join(', ')}.`,
  );
}

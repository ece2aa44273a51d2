// A Kubernetes object as it stands in a manifest, and the ways that tests walk through one.

import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [part: string]: unknown;
}

export const nameOf = ({ kind, metadata }: Resource): string => `${kind}/${metadata.name}`;

export function readResources(file: string): Resource[] {
  return parseResources(readFileSync(file, 'utf8'));
}

/** YAML 1.1, as Kubernetes reads it: 0440 is octal. Throws at what is no YAML, and at a key that is there twice. */
export function parseResources(text: string): Resource[] {
  return parseAllDocuments(text, { version: '1.1' })
    .map((document) => {
      for (const error of document.errors) throw error;
      return document.toJS() as Resource | null;
    })
    .filter((resource) => resource !== null);
}

/** Every object inside, itself included: for rules that hold wherever a thing stands. */
export function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const part of Object.values(value)) yield* objectsIn(part);
}

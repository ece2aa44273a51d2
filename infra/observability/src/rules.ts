// The rules of infra/prometheus as data, for tests and for the dashboards that list the alerts.

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { infra } from './promtool.ts';

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleFile {
  readonly name: string;
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

export type Alert = Rule & Required<Pick<Rule, 'alert' | 'labels' | 'annotations'>>;

export const rulesFolder = join(infra, 'prometheus/rules');

export function readRules(): readonly RuleFile[] {
  return globSync(join(rulesFolder, '*.yml'))
    .sort()
    .map((path) => ({ name: basename(path), ...parse(readFileSync(path, 'utf8')) }));
}

export function alertsIn(files: readonly RuleFile[]): readonly Alert[] {
  const rules = files.flatMap(({ groups }) => groups.flatMap((group) => group.rules));
  return rules.filter((rule): rule is Alert => rule.alert !== undefined);
}

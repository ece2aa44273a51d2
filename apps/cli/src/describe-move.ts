// One sentence about a move of an alias.

import type { Transition } from '@flightdeck/registry';
import { moment } from './figures.ts';

export function describeMove({ model, alias, from, to, actor, reason, at }: Transition): string {
  const where = from === null ? `at v${to}` : `at v${to}, before at v${from}`;
  return `${alias} of ${model} is ${where}. Moved by ${actor}, ${moment(at)}: ${reason}`;
}

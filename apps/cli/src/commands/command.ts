// What the commands have in common: how one is declared, how its options are read, how its exit code gets out.

import { Command, InvalidArgumentError, Option } from 'commander';

/** A command's name with its arguments, what it does, and lines to try. */
export function command(nameAndArguments: string, description: string, examples: readonly string[]): Command {
  const [name, ...operands] = nameAndArguments.split(' ');
  const lines = examples.map((example) => `  $ npx flightdeck ${example}`);
  const title = examples.length === 1 ? 'Example' : 'Examples';
  const made = new Command(name)
    .description(description)
    .addHelpText('after', `\n${title}:\n${lines.join('\n')}`);
  for (const operand of operands) made.argument(operand);
  return made;
}

export const jsonOption = () => new Option('--json', 'print JSON, for scripts');

/** Reads a whole number of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${minimum} or more.`);
  };
}

/** Reads a number of rows, or `all`, which is null. */
export function rowsOrAll(text: string): number | null {
  return text === 'all' ? null : wholeNumber(1)(text);
}

/** Reads a whole number that fits a TCP port; 0 means any free one. */
export function portNumber(text: string): number {
  const port = wholeNumber(0)(text);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('A port is at most 65535.');
}

/** `name@reference`, where the reference is an alias, a version's number, or `latest`. */
export function parseModelReference(text: string): { name: string; reference: string | undefined } {
  const [name = '', reference] = text.split('@');
  if (name !== '' && reference !== '' && text.split('@').length <= 2) return { name, reference };
  throw new InvalidArgumentError(
    'Write NAME or NAME@REFERENCE, such as NAME@champion, NAME@3 or NAME@latest.',
  );
}

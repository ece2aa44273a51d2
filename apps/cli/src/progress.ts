// Progress while the CLI works: redrawn in place where somebody watches, one plain line after the other where not. On stderr.

import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Terminal } from './terminal.ts';

export type Tell = (line: string) => void;

export interface Step<Result> {
  readonly title: string;
  /** Does the work; `tell` says what it is doing now. */
  run(tell: Tell): Promise<Result>;
  /** The title when it is done. */
  done(result: Result): string;
}

/** Takes one step, and returns what came of it. */
export async function take<Result>(terminal: Terminal, step: Step<Result>): Promise<Result> {
  if (terminal.interactive) return draw(step);
  terminal.note(`${step.title} …`);
  const result = await step.run((line) => terminal.note(`  ${line}`));
  terminal.note(step.done(result));
  return result;
}

async function draw<Result>({ title, run, done }: Step<Result>): Promise<Result> {
  const results: Result[] = [];
  const processOutput = new ProcessOutput(process.stderr, process.stderr);
  const task = {
    title,
    async task(_context: unknown, drawn: { output: string; title: string }) {
      const result = await run((line) => {
        drawn.output = line;
      });
      results.push(result);
      drawn.title = done(result);
    },
  };
  const list = new Listr([task], {
    fallbackRendererCondition: false, // it looks at stdout, and this goes to stderr
    registerSignalListeners: false, // Ctrl-C is ours: it stops the children first
    rendererOptions: {
      logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput }),
      showErrorMessage: false,
      formatOutput: 'truncate',
    },
  });
  await list.run();
  return results[0]!;
}

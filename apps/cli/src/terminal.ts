// Where words go: results to stdout, where a script can pick them up; progress and errors to stderr.

import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** A result: stdout. */
  print(text: string): void;
  /** Progress, hints and errors: stderr. */
  note(text: string): void;
  /** Whether somebody watches stderr, so that progress may be redrawn in place. */
  readonly interactive: boolean;
  /** For what is printed; each function leaves its text alone where colours are off. */
  readonly colours: Colours;
}

/** The terminal of this process. A reader that has gone away (`flightdeck runs | head -1`) ends it quietly. */
export function processTerminal(colours: boolean): Terminal {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    interactive: process.stderr.isTTY === true && colours,
    colours: pc.createColors(colours && process.stdout.isTTY === true),
  };
}

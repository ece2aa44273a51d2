// How a check ends early: the requirement is not met, or it cannot be checked here. A check that returns is met.

export class Unmet extends Error {
  readonly expected: string;
  readonly came: string;

  constructor(expected: string, came: string) {
    super(`expected ${expected}, came ${came}`);
    this.name = 'Unmet';
    this.expected = expected;
    this.came = came;
  }
}

export class Skipped extends Error {
  override readonly name = 'Skipped';
}

export function unmet(expected: string, came: string): Unmet {
  return new Unmet(expected, came);
}

export function skipped(reason: string): Skipped {
  return new Skipped(reason);
}

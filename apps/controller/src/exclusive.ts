// One after the other: a tick and a person may want to move the same rollout, and each must find what the other left.

export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs what it is given in the order in which it was asked, each after the end of the one before. Not to be nested. */
export function exclusive(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}

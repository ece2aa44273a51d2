// One sync for many: whoever asks while a sync is under way shares the next.

export function groupCommit<Result>(sync: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<Result> | null = null;

  return () => {
    next ??= underWay.then(() => {
      next = null;
      const result = sync();
      underWay = result.catch(() => {});
      return result;
    });
    return next;
  };
}

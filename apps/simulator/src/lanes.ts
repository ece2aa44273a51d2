// So many at a time: who comes when all lanes are taken waits for the first that is free, in order.

export type Lanes = <Result>(task: () => Promise<Result>) => Promise<Result>;

export function openLanes(count: number): Lanes {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

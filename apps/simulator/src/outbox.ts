// What must arrive, in order, one request after another: events and labels. Items are collected until there are enough for a request or
// somebody wants them gone.

export interface Outbox<Item> {
  /** Resolves once fewer than a request's worth are waiting, so that a fast reader does not fill the memory. */
  add(items: readonly Item[]): Promise<void>;
  /** Resolves when everything added so far has arrived. */
  flush(): Promise<void>;
}

/** A failure of `send` is for good: from then on, each call rejects with it. */
export function outbox<Item>(size: number, send: (items: readonly Item[]) => Promise<void>): Outbox<Item> {
  const waiting: Item[] = [];
  let sending = Promise.resolve();
  const sendWhile = (least: number): Promise<void> => {
    sending = sending.then(async () => {
      while (waiting.length >= least) await send(waiting.splice(0, size));
    });
    // Who does not wait for it learns of a failure at the next call that does.
    sending.catch(() => {});
    return sending;
  };
  return {
    add(items) {
      for (const item of items) waiting.push(item);
      return waiting.length >= size ? sendWhile(size) : Promise.resolve();
    },
    flush: () => sendWhile(1),
  };
}

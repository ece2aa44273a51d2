// Registration relies on blobs that it has just seen, and garbage collection deletes blobs that it has just seen nobody name. Both do
// so in a transaction that has written one common row first, so that they take turns, on whatever hosts they run.

import type { Database } from './tables.ts';

/** To be the first statement of the transaction: what it reads afterwards is not older than the turn. */
export async function takeTurn(transaction: Database): Promise<void> {
  await transaction
    .updateTable('blob_guard')
    .set((row) => ({ turn: row('turn', '+', 1) }))
    .where('id', '=', 1)
    .execute();
}

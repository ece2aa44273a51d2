// What a loaded model takes of the machine's memory, for budgets: an estimate from the size of its file.

const megabyte = 1024 * 1024;

/**
 * Bytes. From the growth of a process's resident set (Linux, glibc) with each of several equal models that had run their largest
 * batches: 1 MB for a file of 1 kB, 3 for 50 kB, 7 for 1 MB, 18 for 4 MB, 46 for 17 MB, and for a table of 26 MB that has no
 * activations, 46. A thread adds its own heap and libraries: 36 MB with a model of 50 kB, 48 with one of 4 MB.
 */
export function memoryOf(fileBytes: number, placement: 'inline' | 'pool', threads: number): number {
  const session = 4 * megabyte + 2.5 * fileBytes;
  if (placement === 'inline') return session;
  // The file is kept for threads that replace others.
  return fileBytes + threads * (32 * megabyte + session);
}

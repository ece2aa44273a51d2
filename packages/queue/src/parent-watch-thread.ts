// The thread of parent-watch.ts. An orphan's parent pid changes, because the system gives it a new parent.

import { workerData } from 'node:worker_threads';

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, 500);

// A database server as a process of its own: launched so that it outlives a Ctrl-C meant for its owner, recognised by its
// command line, and stopped for good.

import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FlightdeckError, isSystemError, messageOf } from '@flightdeck/core';

/** How a server is told from all other processes. A pid cannot do that: it may belong to somebody else by now. */
export interface ServerIdentity {
  /** The program, as it was called. */
  readonly command: string;
  /** The argument that no other server has: its data folder. */
  readonly data: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
}

/** Everything needed to launch one server. */
export interface ServerPlan extends ServerIdentity {
  readonly kind: 'private-redis' | 'embedded-postgres';
  /** For people: "Redis 7.0.15, data in /home/…". */
  readonly title: string;
  readonly url: string;
  readonly args: readonly string[];
  /** What has to be done before a launch, once no other server uses the data. */
  prepare(): Promise<void>;
  /** Its output goes to a file: a pipe would break when the owner dies. Overwritten at each launch. */
  readonly logFile: string;
  readonly workingFolder: string;
  readonly account?: Account | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** The user a server runs as, where that is not the user of this process. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Launches the server and waits until `answers` is true. A server that uses the same data, left by a process that died, is
 * ended first. BROKER_FAILED, with the end of the server's log, when it dies or never answers.
 */
export async function startServer(plan: ServerPlan, answers: () => Promise<boolean>): Promise<void> {
  await endServer(plan);
  await plan.prepare();
  let end: string | undefined;
  void launch(plan).then((reason) => {
    end = reason;
  });
  const patienceMs = 30_000;
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(20)) {
    if (end !== undefined) throw await failedServer(plan, `ended at start (${end})`);
    if (await answers()) return;
  }
  await endServer(plan);
  throw await failedServer(plan, `did not answer within ${patienceMs / 1000} s`);
}

/**
 * Starts the server in a process group of its own, because Ctrl-C reaches its clients too, which still need it to end their
 * work. Resolves with why it ended, once it has.
 */
function launch(plan: ServerPlan): Promise<string> {
  const log = openSync(plan.logFile, 'w', 0o600);
  try {
    const child = spawn(plan.command, plan.args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: plan.workingFolder,
      env: plan.environment,
      ...plan.account,
    });
    child.unref();
    return new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    });
  } finally {
    closeSync(log);
  }
}

/** BROKER_FAILED: what went wrong, the last lines the server wrote, and where to read the rest. */
async function failedServer(plan: ServerPlan, what: string): Promise<FlightdeckError> {
  const log = await readFile(plan.logFile, 'utf8').catch(() => '');
  const tail = log.trim().split('\n').slice(-12).join('\n');
  const other = plan.kind === 'private-redis' ? 'embedded-postgres' : 'private-redis';
  return new FlightdeckError(
    'BROKER_FAILED',
    `The ${plan.kind} broker ${what}. Mend what its log (${plan.logFile}) says, or choose another broker with ` +
      `REDIS_URL or FLIGHTDECK_BROKER=${other}.\n${tail}`,
  );
}

/** Stops a server, wherever it came from: asks, waits up to 10 s, then kills. Does nothing when none runs. */
export async function endServer(server: ServerIdentity): Promise<void> {
  for (const [signal, patienceMs] of [
    [server.stopSignal, 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    let running = await pidsOf(server);
    for (const pid of running) sendSignal(pid, signal);
    for (
      const deadline = Date.now() + patienceMs;
      Date.now() < deadline && running.length > 0;
      await delay(20)
    ) {
      running = await pidsOf(server);
    }
    if (running.length === 0) return;
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error; // it has just ended
  }
}

/** The server's processes: at most one, unless the state directory was deleted and made anew. A zombie has no arguments. */
async function pidsOf({ command, data }: ServerIdentity): Promise<number[]> {
  const processes = await (process.platform === 'linux' ? listProc() : listPs());
  // Arguments end with a NUL in /proc, and with a space in what ps prints.
  const isServer = (line: string) => {
    const [program = ''] = line.split(/[\0 ]/, 1);
    return (
      basename(program) === basename(command) && (line.includes(`${data}\0`) || line.includes(`${data} `))
    );
  };
  return processes.filter(({ line }) => isServer(line)).map(({ pid }) => pid);
}

interface Listed {
  readonly pid: number;
  readonly line: string;
}

async function listProc(): Promise<Listed[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).map((line, index) => ({ pid: pids[index] ?? 0, line }));
}

async function listPs(): Promise<Listed[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,command=']);
  const parts = stdout.split('\n').map((line) => /^ *(\d+) (.*)$/.exec(line));
  return parts.map((part) => ({ pid: Number(part?.[1]), line: `${part?.[2]} ` }));
}

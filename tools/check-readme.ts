// Checks the README by its own commands. `npm run readme` makes sure that each one exists: npm scripts in package.json, and for the
// command line every subcommand and option in its --help. `npm run readme -- --run` starts the kit and runs them, in order.

import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** CI runs these by themselves, around this check. */
const ranElsewhere = [
  /^npm ci\b/,
  /^npm test$/,
  /^npm run (demo|check|bench:\w+|fuzz:\w+)\b/,
  /^docker /,
  /^git clone /,
  /^cd /,
];

const run = promisify(execFile);
const commands = commandsOf(readFileSync('README.md', 'utf8'));
const problems = (await Promise.all(commands.map(problemOf))).filter((problem) => problem !== undefined);
if (problems.length > 0) fail(problems);
console.log(`README: ${commands.length} commands, all there.`);
if (process.argv.includes('--run')) await runAll();

/** Every line of the ```sh blocks that is neither empty nor a comment. */
function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
  const lines = blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'));
  return lines
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

async function problemOf(command: string): Promise<string | undefined> {
  for (const part of command.split(' && ')) {
    const script = /^npm (?:run )?(test|start|[\w:]+)/.exec(part)?.[1];
    if (script && !['ci', 'install', ...scripts()].includes(script))
      return `README: \`${part}\`: package.json has no script ${script}.`;
    if (part.startsWith('npx flightdeck ')) return problemOfCli(part);
  }
  return undefined;
}

function scripts(): string[] {
  return Object.keys((JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }).scripts);
}

/** Its words up to the first argument must be a command whose help knows its options. */
async function problemOfCli(command: string): Promise<string | undefined> {
  const words = command.slice('npx flightdeck '.length).split(' ');
  const options = words.filter((word) => word.startsWith('--'));
  const depth = ['models', 'data'].includes(words[0]!) ? 2 : 1;
  try {
    const { stdout } = await run('npx', ['flightdeck', ...words.slice(0, depth), '--help']);
    const unknown = options.find((option) => !stdout.includes(option));
    return unknown && `README: \`${command}\`: its help does not know ${unknown}.`;
  } catch {
    return `README: \`${command}\`: there is no such command.`;
  }
}

async function runAll(): Promise<void> {
  const kit = spawn('npm', ['start'], { stdio: 'inherit', detached: true });
  try {
    await untilReady();
    for (const command of commands) {
      if (command === 'npm start' || ranElsewhere.some((pattern) => pattern.test(command))) continue;
      console.log(`$ ${command}`);
      console.log((await outputOf(command)).trimEnd());
    }
  } finally {
    process.kill(-kit.pid!, 'SIGINT');
    await new Promise((resolve) => kit.once('exit', resolve));
  }
  console.log('README: every command ran.');
}

/** Exit code 3 is the gate's no to a new version: an answer, and no failure of the command. */
async function outputOf(command: string): Promise<string> {
  try {
    return (await run('sh', ['-c', command])).stdout;
  } catch (error) {
    const { code, stdout } = error as { code?: number; stdout?: string };
    if (code === 3 && stdout) return stdout;
    throw error;
  }
}

async function untilReady(): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    const ready = await fetch('http://127.0.0.1:8080/v2/health/ready').catch(() => undefined);
    if (ready?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  fail(['README: the kit was not ready within a minute. Run `npm run demo` first.']);
}

function fail(messages: readonly string[]): never {
  console.error(messages.join('\n'));
  process.exit(1);
}

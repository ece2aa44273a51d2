// Who may import whom: the table of the design, held against each package.json and each import statement. Fails naming every breach.

import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A workspace may use what its row names, and core. */
const table: Record<string, readonly string[]> = {
  'packages/core': [],
  'packages/stats': [],
  'packages/access': [],
  'packages/dataset': [],
  'packages/features': ['dataset', 'stats'],
  'packages/onnx': [],
  'packages/inference': ['onnx'],
  'packages/oip-conformance': [],
  'packages/monitoring': ['dataset', 'stats', 'registry'],
  'packages/model-import': ['onnx', 'inference', 'registry'],
  'packages/registry': [],
  'packages/training': ['dataset', 'features', 'stats', 'onnx', 'registry'],
  'packages/rollout': ['stats'],
  'packages/queue': [],
  'packages/admin-api': ['monitoring', 'queue', 'registry', 'rollout'],
};

/** Only these files of training may see onnx and registry. */
const pipelineOnly = { from: /^packages\/training\/src\/pipeline(\.ts|\/)/, packages: ['onnx', 'registry'] };

const problems: string[] = [];
for (const file of globSync('{apps,packages,models,datasets}/*/package.json')) checkWorkspace(dirname(file));

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('Imports: every workspace uses what it may, and declares what it uses.');

function checkWorkspace(workspace: string): void {
  const manifest = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as Manifest;
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
  const used = new Set<string>();
  for (const name of declared) checkAllowed(workspace, name, `${workspace}/package.json`);

  for (const file of globSync(`${workspace}/**/*.{ts,tsx}`, {
    exclude: (path) => path.includes('node_modules'),
  })) {
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) checkInside(workspace, file, specifier);
      if (specifier.startsWith('.') || specifier.startsWith('node:')) continue;
      const name = packageOf(specifier);
      used.add(name);
      checkAllowed(workspace, name, file);
      const forTests =
        /\.(test|fixture|contract|child)\.ts$|\/(fixtures|bench|e2e)\/|\/fixtures\.ts$|\w+\.config\.ts$/.test(
          file,
        );
      if (!declared.has(name) && !(forTests && (isRootTool(name) || manifest.devDependencies?.[name])))
        problems.push(`${file} imports ${name}, which ${workspace}/package.json does not declare.`);
    }
  }
  for (const name of declared) {
    if (name.startsWith('@flightdeck/') && !used.has(name))
      problems.push(`${workspace}/package.json declares ${name}, which nothing imports.`);
  }
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

function checkAllowed(workspace: string, name: string, where: string): void {
  const own = /^@flightdeck\/(.+)$/.exec(name)?.[1];
  if (own === undefined || own === 'core') return;
  const isApp = ['serving', 'trainer', 'controller', 'simulator', 'cli'].includes(own);
  const kind = workspace.split('/')[0];
  const mayUseModels = kind === 'apps';
  if (isApp)
    problems.push(
      `${where}: nobody imports an app (${name}). Processes meet in the registry, the queue and HTTP.`,
    );
  if (own.startsWith('model-') && !mayUseModels) problems.push(`${where}: only apps know models (${name}).`);
  if (own.startsWith('dataset-') && kind !== 'models')
    problems.push(`${where}: only models know datasets (${name}).`);
  const allowed = allowedFor(workspace);
  if (allowed && !allowed.includes(own))
    problems.push(
      `${where}: ${workspace} may not use ${name}; it may use core${allowed.map((each) => `, ${each}`).join('')}.`,
    );
  if (
    pipelineOnly.packages.includes(own) &&
    workspace === 'packages/training' &&
    where.endsWith('.ts') &&
    !pipelineOnly.from.test(where)
  ) {
    problems.push(`${where}: only pipeline.ts and pipeline/ may use ${name}.`);
  }
}

function allowedFor(workspace: string): readonly string[] | undefined {
  if (workspace.startsWith('datasets/')) return ['dataset'];
  if (workspace.startsWith('models/')) return ['dataset', 'features', 'training', ...datasetNames()];
  return table[workspace];
}

function datasetNames(): string[] {
  return globSync('datasets/*/package.json').map((file) => `dataset-${dirname(file).split('/')[1]}`);
}

/** A relative import stays inside its workspace, but for what all tests share. */
function checkInside(workspace: string, file: string, specifier: string): void {
  if (basename(file).endsWith('.config.ts')) return;
  const target = join(dirname(file), specifier);
  if (!target.startsWith(`${workspace}/`))
    problems.push(`${file} reaches into ${target}: import the package by its name.`);
}

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const statements = source.matchAll(
    /^(?:import|export)\s(?:[^'";]*?from\s)?'([^']+)'|import\('([^']+)'\)|(?:meta|\))\.resolve\('([^']+)'\)/gm,
  );
  return [...statements]
    .map((match) => match[1] ?? match[2] ?? match[3]!)
    .filter((specifier) => /^[@.a-z]/.test(specifier));
}

function packageOf(specifier: string): string {
  const [first, second] = specifier.split('/');
  return first!.startsWith('@') ? `${first}/${second}` : first!;
}

function isRootTool(name: string): boolean {
  const root = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return name in root.devDependencies || name.startsWith('@flightdeck/');
}

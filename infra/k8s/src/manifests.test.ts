import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from '@flightdeck/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliVariables } from '../../../apps/cli/src/env.ts';
import { readControllerEnv } from '../../../apps/controller/src/env.ts';
import { statusRoutes } from '../../../apps/controller/src/http/status-routes.ts';
import { servingEnv } from '../../../apps/serving/src/env.ts';
import { healthRoutes } from '../../../apps/serving/src/http/health-routes.ts';
import { metricsRoute } from '../../../apps/serving/src/metrics/metrics-route.ts';
import { readTrainerEnv } from '../../../apps/trainer/src/env.ts';
import { startStatusServer } from '../../../apps/trainer/src/status-server.ts';
import { type Copy, copyWithSecrets, overlays, root } from './k8s.fixture.ts';
import { buildKustomization } from './kustomize.ts';
import { letsIn, mayTalk } from './network.ts';
import { type Container, type Pod, podsOf, selects } from './pods.ts';
import { nameOf, type Resource } from './resource.ts';

let copy: Copy;
let paths: Readonly<Record<(typeof ours)[number], readonly string[]>>;
beforeAll(async () => {
  copy = copyWithSecrets();
  paths = {
    serving: [...pathsOf(healthRoutes), ...pathsOf(metricsRoute)],
    controller: pathsOf(statusRoutes),
    trainer: await answeredByTrainer(['/health/live', '/health/ready', '/metrics', '/']),
  };
});
afterAll(() => copy.remove());

const ours = ['serving', 'controller', 'trainer'] as const;
const readers = {
  serving: (environment: NodeJS.ProcessEnv) => parseEnv(servingEnv, environment),
  controller: readControllerEnv,
  trainer: readTrainerEnv,
};
const jobs = ['registry-migration', 'first-champion'] as const;
/** What Node and the S3 client read by themselves. */
const ofLibraries = /^(NODE_ENV|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY)$/;

describe.each(overlays)('the overlay %s', (overlay) => {
  let resources: readonly Resource[];
  let pods: readonly Pod[];
  beforeAll(() => {
    resources = buildKustomization(join(copy.folder, 'overlays', overlay));
    pods = podsOf(resources);
  });
  const podOf = (name: string) => pods.find(({ owner }) => owner.metadata.name === name)!;
  const containers = () => pods.map((pod) => ({ pod, container: pod.spec.containers[0] }));

  it('has every key that a container takes from a ConfigMap or a Secret', () => {
    const used = containers().flatMap(({ pod, container }) => keysUsed(pod, container));
    expect(used.length).toBeGreaterThan(10);
    for (const { name, key } of used) expect([name, keysIn(resources, name)]).toEqual([name, having(key)]);
  });

  it('sets no variable that its app does not know, and none to what it refuses', () => {
    for (const app of ours) {
      const container = podOf(app).spec.containers[0];
      const environment = environmentOf(resources, container);
      const read = Object.keys(readers[app](environment));
      const names = (container.env ?? []).map(({ name }) => name);
      expect(names.filter((name) => !read.includes(name))).toEqual([]);
    }
    for (const { spec } of jobs.flatMap((name) => podOf(name) ?? [])) {
      const container = spec.containers[0];
      const environment = environmentOf(resources, container);
      expect(parseEnv(cliVariables, environment)).toMatchObject({ FLIGHTDECK_BROKER: 'redis' });
      const names = (container.env ?? []).map(({ name }) => name);
      expect(names.filter((name) => !(name in cliVariables.shape))).toEqual([]);
    }
  });

  it('leaves the command of each app to its image, which knows what flags Node needs', () => {
    for (const app of ours) {
      const { command, args, env = [] } = podOf(app).spec.containers[0];
      expect([app, command, args]).toEqual([app, undefined, undefined]);
      expect(env.map(({ name }) => name)).not.toContain('NODE_OPTIONS');
    }
  });

  it('shares no variable that none of its apps knows', () => {
    const read = ours.flatMap((app) =>
      Object.keys(readers[app](environmentOf(resources, podOf(app).spec.containers[0]))),
    );
    const shared = ours.flatMap((app) => sharedNames(resources, podOf(app).spec.containers[0]));
    expect(shared.filter((name) => !read.includes(name) && !ofLibraries.test(name))).toEqual([]);
  });

  it('asks for health at the ports and paths that the apps have', () => {
    for (const app of ours) {
      const container = podOf(app).spec.containers[0];
      const { startupProbe, livenessProbe, readinessProbe } = container;
      const [port] = container.ports!;
      const environment = environmentOf(resources, container);
      expect(environment[`${app.toUpperCase()}_PORT`]).toBe(String(port!.containerPort));
      // A probe comes from the node, so the default of this machine only would not do.
      expect(environment[`${app.toUpperCase()}_HOST`]).toBe('0.0.0.0');
      expect(startupProbe?.httpGet?.path).toMatch(/\/live$/);
      expect(livenessProbe?.httpGet?.path).toMatch(/\/live$/);
      // Nobody sends a trainer anything, so none has to know whether it is ready.
      if (app === 'trainer') expect(readinessProbe).toBeUndefined();
      else expect(readinessProbe?.httpGet?.path).toMatch(/\/ready$/);
      for (const probe of [startupProbe, livenessProbe, readinessProbe ?? livenessProbe]) {
        expect([app, probe?.httpGet?.port]).toEqual([app, port!.name]);
        expect(paths[app]).toContain(probe?.httpGet?.path);
      }
    }
  });

  it('lets Prometheus have the metrics of every app, and scrapes them where it has one', () => {
    const monitors = resources.filter(({ kind }) => kind === 'PodMonitor');
    for (const app of ours) {
      const pod = podOf(app);
      expect([app, letsIn(resources, pod, 'http', 'flightdeck/monitoring')]).toEqual([app, true]);
      expect(paths[app]).toContain('/metrics');
      const mine = monitors.filter((one) => selects(selectorOf(one).selector, pod));
      expect([app, mine.length]).toEqual([app, overlay === 'production' ? 1 : 0]);
      for (const { spec } of mine) {
        const [endpoint] = (spec as unknown as Scraping).podMetricsEndpoints;
        expect(endpoint).toMatchObject({ port: 'http', path: '/metrics' });
        const key = endpoint.authorization?.credentials;
        expect(key !== undefined).toBe(app !== 'trainer');
        if (key) expect([key.name, keysIn(resources, key.name)]).toEqual([key.name, having(app)]);
        if (key) expect(key.key).toBe(app);
      }
    }
  });

  it('has pods behind every selector, with the port that is named', () => {
    const selecting = resources.filter(({ kind }) =>
      ['Service', 'PodDisruptionBudget', 'PodMonitor', 'NetworkPolicy'].includes(kind),
    );
    for (const resource of selecting) {
      const { selector, ports } = selectorOf(resource);
      const selected = pods.filter((pod) => selects(selector, pod));
      expect([nameOf(resource), selected.length]).not.toEqual([nameOf(resource), 0]);
      for (const pod of selected) {
        const names = (pod.spec.containers[0].ports ?? []).map(({ name }) => name);
        for (const port of ports) expect([nameOf(resource), names]).toEqual([nameOf(resource), having(port)]);
      }
    }
    for (const pod of pods) {
      const { selector } = pod.owner.spec as { selector?: object };
      if (selector) expect(selects(selector, pod)).toBe(true);
    }
  });

  it('scales what is there, and leaves the number of instances to the scaler', () => {
    const scalers = resources.filter(({ kind }) => /Autoscaler|ScaledObject/.test(kind));
    for (const { spec } of scalers) {
      const { scaleTargetRef } = spec as { scaleTargetRef: { name: string } };
      const target = podOf(scaleTargetRef.name).owner;
      expect(target.kind).toBe('Deployment');
      expect(target.spec).not.toHaveProperty('replicas');
    }
    expect(scalers.length).toBe(overlay === 'production' ? 2 : 1);
  });

  it('gives every process the time that it may take to end', () => {
    const serving = podOf('serving').spec;
    const { SERVING_GRACE_MS } = readers.serving(environmentOf(resources, serving.containers[0]));
    // A worker has 5 s more to close what it has open (apps/serving/src/cluster/primary.ts).
    const needed = serving.containers[0].lifecycle!.preStop.sleep.seconds + SERVING_GRACE_MS / 1000 + 5;
    expect(serving.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(needed);
    const trainer = podOf('trainer').spec;
    const { TRAINER_PATIENCE_SECONDS } = readTrainerEnv(environmentOf(resources, trainer.containers[0]));
    expect(trainer.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(TRAINER_PATIENCE_SECONDS + 10);
  });

  it('restricts every pod as far as the standard goes, and further', () => {
    for (const { pod, container } of containers()) {
      expect(pod.spec).toMatchObject({
        automountServiceAccountToken: false,
        // A Service called serving would set SERVING_PORT to tcp://….
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources).toMatchObject({ requests: { cpu: expect.any(String) } });
      expect(container.resources?.limits).toHaveProperty('memory');
    }
  });

  it('mounts what it names, and has the home on a volume', () => {
    const claims = resources
      .filter(({ kind }) => kind === 'PersistentVolumeClaim')
      .map((one) => one.metadata.name);
    for (const { pod, container } of containers()) {
      const volumes = (pod.spec.volumes ?? []).map(({ name }) => name);
      const ownClaims =
        (pod.owner.spec as { volumeClaimTemplates?: readonly Resource[] }).volumeClaimTemplates ?? [];
      const known = [...volumes, ...ownClaims.map(({ metadata }) => metadata.name)];
      expect(known.sort()).toEqual((container.volumeMounts ?? []).map(({ name }) => name).sort());
      for (const { persistentVolumeClaim } of pod.spec.volumes ?? [])
        if (persistentVolumeClaim) expect(claims).toContain(persistentVolumeClaim.claimName);
      const home = environmentOf(resources, container).FLIGHTDECK_HOME;
      if (home) expect(container.volumeMounts).toContainEqual({ name: 'home', mountPath: home });
    }
  });

  it('runs images that have a tag, all of its own from the same place', () => {
    const images = containers().map(({ container }) => container.image);
    for (const image of images) expect(image).toMatch(/^[a-z][a-z0-9./-]*:[\w.-]+$/);
    const own = images.filter((image) => image.includes('flightdeck-'));
    expect(new Set(own.map((image) => image.replace(/flightdeck-\w+/, ''))).size).toBe(1);
    expect(new Set(own).size).toBe(4);
  });

  it('migrates with a command that there is', () => {
    const home = join(copy.folder, `home-${overlay}`);
    const { command, args } = podOf('registry-migration').spec.containers[0];
    // In its image an app's folder is the working directory.
    const cwd = join(root, '../../apps/cli');
    execFileSync(command![0]!, [...command!.slice(1), ...args!], {
      cwd,
      env: { ...process.env, FLIGHTDECK_HOME: home },
    });
    expect(readdirSync(home)).toContain('registry.sqlite');
  });

  it.runIf(overlay === 'local')('asks for a first champion with a command that there is', () => {
    const { command, args, env } = podOf('first-champion').spec.containers[0];
    const own = Object.fromEntries(env!.map(({ name, value }) => [name, value]));
    const { status, stderr } = spawnSync(command![0]!, [...command!.slice(1), ...args!], {
      cwd: join(root, '../../apps/cli'),
      encoding: 'utf8',
      env: {
        ...process.env,
        ...own,
        FLIGHTDECK_HOME: join(copy.folder, 'home-first'),
        FLIGHTDECK_BROKER: 'redis',
        REDIS_URL: 'redis://127.0.0.1:1',
      },
    });
    // It has understood its options, found no champion, and goes to the broker, which is not there.
    expect([status, stderr]).toEqual([1, expect.stringContaining('BROKER_UNREACHABLE')]);
  });

  it('lets nobody talk to anybody who need not', () => {
    for (const from of pods) {
      for (const to of pods) {
        const isStore = to.owner.kind === 'StatefulSet';
        const isNeeded = isStore && from.owner.kind !== 'StatefulSet';
        for (const { name } of to.spec.containers[0].ports ?? []) {
          const pair = `${from.owner.metadata.name} -> ${to.owner.metadata.name}:${name}`;
          expect([pair, mayTalk(resources, from, to, name)]).toEqual([pair, isNeeded]);
        }
      }
    }
  });
});

it('no secret is in the repository, and production has none of its own', () => {
  const manifests = globSync('{base,jobs,overlays,examples}/**/*.yaml', { cwd: root });
  for (const path of manifests)
    expect([path, readFileSync(join(root, path), 'utf8')]).not.toEqual([
      path,
      expect.stringMatching(/^kind: Secret$/m),
    ]);
  const production = buildKustomization(join(root, 'overlays/production'));
  expect(production.filter(({ kind }) => kind === 'Secret')).toEqual([]);
});

const having = (key: string) => expect.arrayContaining([key]);

/** The GET routes that something registers. */
function pathsOf(
  register: typeof healthRoutes | typeof metricsRoute | typeof statusRoutes,
): readonly string[] {
  const paths: string[] = [];
  const server = { get: (path: string) => paths.push(path) };
  register(server as never, {} as never);
  return paths;
}

/** Which of some paths a trainer's server answers: it has no routes to look at, so it is asked. */
async function answeredByTrainer(asked: readonly string[]): Promise<readonly string[]> {
  const server = await startStatusServer({ host: '127.0.0.1', port: 0 }, async () => '');
  const answers = await Promise.all(asked.map((path) => fetch(`http://127.0.0.1:${server.port}${path}`)));
  server.close();
  return asked.filter((_path, i) => answers[i]!.ok);
}

function keysUsed({ spec }: Pod, { env = [] }: Container): { name: string; key: string }[] {
  const variables = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  const files = (spec.volumes ?? []).flatMap(({ secret }) =>
    (secret?.items ?? []).map(({ key }) => ({ name: secret!.secretName, key })),
  );
  const shared = (spec.containers[0].envFrom ?? []).map(({ configMapRef, secretRef }) => ({
    name: (configMapRef ?? secretRef)!.name,
    key: configMapRef ? 'FLIGHTDECK_HOME' : 'DATABASE_URL',
  }));
  return [...variables, ...files, ...shared];
}

/** Of a ConfigMap, a Secret, or what external-secrets makes a Secret of. */
function keysIn(resources: readonly Resource[], name: string): readonly string[] {
  const found = resources.find(
    ({ kind, metadata }) => /^(ConfigMap|(External)?Secret)$/.test(kind) && metadata.name === name,
  );
  if (found?.kind !== 'ExternalSecret') return Object.keys((found?.data ?? {}) as object);
  const { target, data } = found.spec as { target: { name: string }; data: { secretKey: string }[] };
  expect(target.name).toBe(name);
  return data.map(({ secretKey }) => secretKey);
}

function sharedNames(resources: readonly Resource[], { envFrom = [] }: Container): readonly string[] {
  return envFrom.flatMap(({ configMapRef, secretRef }) =>
    keysIn(resources, (configMapRef ?? secretRef)!.name),
  );
}

/** As the container would have it; what is secret is something that looks like it. */
function environmentOf(resources: readonly Resource[], container: Container): Record<string, string> {
  const settings = resources.find(({ kind }) => kind === 'ConfigMap')?.data as Record<string, string>;
  const shared = sharedNames(resources, container).map((name) => [name, settings[name] ?? `redis://${name}`]);
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? `redis://${name}`]);
  return Object.fromEntries([...shared, ...own]);
}

interface Scraping {
  readonly podMetricsEndpoints: readonly [
    { readonly authorization?: { readonly credentials: { readonly name: string; readonly key: string } } },
  ];
}

interface Selecting {
  readonly selector?: Pod['labels'] & { readonly matchLabels?: Pod['labels'] };
  readonly podSelector?: { readonly matchLabels?: Pod['labels'] };
  readonly ports?: readonly { readonly targetPort: string }[];
  readonly podMetricsEndpoints?: readonly { readonly port: string }[];
  readonly ingress?: readonly { readonly ports: readonly { readonly port: string }[] }[];
}

function selectorOf({ kind, spec }: Resource) {
  const { selector, podSelector, ports, podMetricsEndpoints, ingress } = spec as Selecting;
  if (kind === 'Service')
    return { selector: { matchLabels: selector! }, ports: (ports ?? []).map(({ targetPort }) => targetPort) };
  const named = [...(podMetricsEndpoints ?? []), ...(ingress ?? []).flatMap((rule) => rule.ports)];
  return { selector: selector ?? podSelector!, ports: named.map(({ port }) => port) };
}

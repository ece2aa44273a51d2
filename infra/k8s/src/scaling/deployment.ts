// What the production overlay gives the apps, which is what the model holds a load against.

import { join } from 'node:path';
import { parseEnv } from '@flightdeck/core';
import { readControllerEnv } from '../../../../apps/controller/src/env.ts';
import { servingEnv } from '../../../../apps/serving/src/env.ts';
import { readTrainerEnv } from '../../../../apps/trainer/src/env.ts';
import { buildKustomization } from '../kustomize.ts';
import { type Container, podsOf } from '../pods.ts';

export interface Deployment {
  /** Of one serving instance. */
  readonly cores: number;
  readonly workers: number;
  readonly memoryBytes: number;
  readonly fewest: number;
  readonly most: number;
  /** Share of an instance's cores at which another one is started. */
  readonly utilisation: number;
  readonly logBytes: number;
  readonly logDays: number;
  readonly tickSeconds: number;
  readonly trainers: number;
  readonly trainerBytes: number;
  readonly trainerPatienceSeconds: number;
}

interface Autoscaler {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly {
    readonly resource?: { readonly target: { readonly averageUtilization: number } };
  }[];
}

export function productionDeployment(): Deployment {
  const resources = buildKustomization(join(import.meta.dirname, '../../overlays/production'));
  const containerOf = (app: string) =>
    podsOf(resources).find(({ owner }) => owner.metadata.name === app)!.spec.containers[0];
  const variables = (app: string) =>
    Object.fromEntries((containerOf(app).env ?? []).map(({ name, value }) => [name, value]));
  const specOf = (kind: string) => resources.find((one) => one.kind === kind)!.spec as object;

  const serving = parseEnv(servingEnv, variables('serving'));
  const scaler = specOf('HorizontalPodAutoscaler') as Autoscaler;
  return {
    cores: Number(containerOf('serving').resources!.limits!.cpu),
    workers: serving.SERVING_WORKERS,
    memoryBytes: gibibytes(containerOf('serving')),
    fewest: scaler.minReplicas,
    most: scaler.maxReplicas,
    utilisation: scaler.metrics.find((one) => one.resource)!.resource!.target.averageUtilization / 100,
    logBytes: serving.SERVING_PREDICTION_LOG_BYTES,
    logDays: serving.SERVING_PREDICTION_LOG_DAYS,
    tickSeconds: readControllerEnv(variables('controller')).CONTROLLER_TICK_MS / 1000,
    trainers: (specOf('ScaledObject') as { maxReplicaCount: number }).maxReplicaCount,
    trainerBytes: gibibytes(containerOf('trainer')),
    trainerPatienceSeconds: readTrainerEnv(variables('trainer')).TRAINER_PATIENCE_SECONDS,
  };
}

function gibibytes({ resources }: Container): number {
  return Number(/^(\d+)Gi$/.exec(resources!.limits!.memory!)![1]) * 2 ** 30;
}

// What the Kubernetes API and our cluster's extensions take, offline: JSON schemas of the real definitions, compiled by kubernetes-models.

import { ExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service } from 'kubernetes-models/v1';
import { inferenceServiceProblems } from './inference-service.ts';
import type { Resource } from './resource.ts';

const kinds = [
  ...[ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service],
  ...[Deployment, StatefulSet, Job, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget],
  ...[ExternalSecret, PodMonitor, ScaledObject],
];

/** What is wrong with a resource, as paths; empty where its schema takes it and knows every field of it. */
export function schemaProblems(resource: Resource): readonly string[] {
  const { apiVersion, kind } = resource;
  if (kind === 'InferenceService') return inferenceServiceProblems(resource);
  const model = kinds.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (!model) return [`${apiVersion} ${kind}: no schema. Add it to schemas.ts.`];
  const seen = new Set<string>();
  try {
    // On the plain object: a model's constructor would copy it, and what it reads in doing so would count as looked at.
    model.prototype.validate.call(watched(inOneLine(resource), '', seen));
  } catch (error) {
    return [(error as Error).message];
  }
  return unseen(resource, '', seen);
}

/** Kustomize breaks long Base64 into lines. The API takes that, the schema's format does not. */
function inOneLine(resource: Resource): Resource {
  if (resource.kind !== 'Secret') return resource;
  const data = Object.entries(resource.data as Record<string, string>);
  return {
    ...resource,
    data: Object.fromEntries(data.map(([key, text]) => [key, text.replaceAll('\n', '')])),
  };
}

/**
 * The schemas let unknown fields pass, and so a misspelt one. But their validators look at each field that they know: one that nobody
 * has looked at is unknown.
 */
function watched<Value>(value: Value, path: string, seen: Set<string>): Value {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const part = Reflect.get(target, key, receiver);
      if (typeof key !== 'string') return part;
      seen.add(`${path}/${key}`);
      return watched(part, `${path}/${key}`, seen);
    },
  });
}

function unseen(value: unknown, path: string, seen: ReadonlySet<string>): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const at = `${path}/${key}`;
    return seen.has(at) ? unseen(part, at, seen) : [`${at}: unknown`];
  });
}

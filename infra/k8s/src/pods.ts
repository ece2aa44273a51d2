// The pods that a set of resources would start, each with what started it, and which of them a selector means.

import type { Resource } from './resource.ts';

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string };
    readonly secretRef?: { readonly name: string };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly securityContext?: object;
  readonly resources?: { readonly requests?: object; readonly limits?: Readonly<Record<string, string>> };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Pod {
  readonly owner: Resource;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: {
    readonly automountServiceAccountToken?: boolean;
    readonly enableServiceLinks?: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext?: object;
    readonly containers: readonly [Container];
    readonly volumes?: readonly {
      readonly name: string;
      readonly secret?: { readonly secretName: string; readonly items: readonly { readonly key: string }[] };
      readonly persistentVolumeClaim?: { readonly claimName: string };
    }[];
  };
}

interface Template {
  readonly metadata: { readonly labels: Pod['labels'] };
  readonly spec: Pod['spec'];
}

export function podsOf(resources: readonly Resource[]): readonly Pod[] {
  return resources.flatMap((owner) => {
    const template = (owner.spec as { template?: Template } | undefined)?.template;
    return template?.spec.containers
      ? [{ owner, labels: template.metadata.labels, spec: template.spec }]
      : [];
  });
}

/** An empty selector means all. */
export function selects(selector: { readonly matchLabels?: Pod['labels'] }, { labels }: Pod): boolean {
  return Object.entries(selector.matchLabels ?? {}).every(([label, value]) => labels[label] === value);
}

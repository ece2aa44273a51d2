// Who may talk to whom inside the namespace, and who from outside may call in, by its network policies.

import { type Pod, selects } from './pods.ts';
import type { Resource } from './resource.ts';

interface Peer {
  readonly podSelector?: Parameters<typeof selects>[0];
  readonly namespaceSelector?: Parameters<typeof selects>[0];
  readonly ipBlock?: object;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly port: string | number }[];
}

interface Policy {
  readonly podSelector: Parameters<typeof selects>[0];
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** Both ends have to allow it: the caller's egress and the other's ingress. `port` is the name of a port of `to`. */
export function mayTalk(resources: readonly Resource[], from: Pod, to: Pod, port: string): boolean {
  const allows = (own: Pod, other: Pod, type: 'Ingress' | 'Egress') =>
    peersOf(resources, own, type, port)?.some((peer) => isInside(peer) && selects(peer.podSelector, other)) ??
    true;
  return allows(from, to, 'Egress') && allows(to, from, 'Ingress');
}

/** Whether every pod of the namespaces that carry `label` may call `port` of `pod`. */
export function letsIn(resources: readonly Resource[], pod: Pod, port: string, label: string): boolean {
  const peers = peersOf(resources, pod, 'Ingress', port) ?? [];
  return peers.some(
    ({ namespaceSelector, podSelector }) =>
      podSelector === undefined && namespaceSelector?.matchLabels?.[label] === 'true',
  );
}

/** Whom the policies name for a port; undefined where none is about the pod, which allows all. */
function peersOf(
  resources: readonly Resource[],
  pod: Pod,
  type: 'Ingress' | 'Egress',
  port: string,
): readonly Peer[] | undefined {
  const policies = resources
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as unknown as Policy)
    .filter((one) => one.policyTypes.includes(type) && selects(one.podSelector, pod));
  if (policies.length === 0) return undefined;
  return policies
    .flatMap((one) => (type === 'Ingress' ? one.ingress : one.egress) ?? [])
    .filter((rule) => rule.ports.some((allowed) => allowed.port === port))
    .flatMap((rule) => rule.from ?? rule.to ?? []);
}

/** A peer by namespace or address is somewhere else. */
function isInside(peer: Peer): peer is Peer & { podSelector: object } {
  return peer.podSelector !== undefined && !peer.namespaceSelector && !peer.ipBlock;
}

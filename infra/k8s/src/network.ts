// Who may talk to whom inside the namespace, by its network policies.

import { type Pod, selects } from './pods.ts';
import type { Resource } from './resource.ts';

interface Peer {
  readonly podSelector?: Parameters<typeof selects>[0];
  readonly namespaceSelector?: object;
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
  const policies = resources
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as unknown as Policy);
  const allows = (own: Pod, other: Pod, type: 'Ingress' | 'Egress') => {
    const mine = policies.filter((one) => one.policyTypes.includes(type) && selects(one.podSelector, own));
    if (mine.length === 0) return true;
    const rules = mine.flatMap((one) => (type === 'Ingress' ? one.ingress : one.egress) ?? []);
    return rules.some(
      (rule) =>
        rule.ports.some((allowed) => allowed.port === port) &&
        (rule.from ?? rule.to ?? []).some((peer) => isInside(peer) && selects(peer.podSelector, other)),
    );
  };
  return allows(from, to, 'Egress') && allows(to, from, 'Ingress');
}

/** A peer by namespace or address is somewhere else. */
function isInside(peer: Peer): peer is Peer & { podSelector: object } {
  return peer.podSelector !== undefined && !peer.namespaceSelector && !peer.ipBlock;
}

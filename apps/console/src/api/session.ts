// What whoever is looking may do.

import type { SessionAnswer } from '@flightdeck/admin-api';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { request } from './request.ts';

export const session = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => request<SessionAnswer>('/v1/session', { signal }),
});

export const useSession = () => useQuery(session);

/** Whether actions are offered. What is refused is refused by the controller; this only keeps buttons away that could not work. */
export function useMayChange(): boolean {
  return useSession().data?.scopes.includes('admin') ?? false;
}

// What the controller has answered, kept until something changes: by address, so that every page that asks for the same shares it.

import { keepPreviousData, QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { RequestError, request } from './request.ts';

export const answers = new QueryClient({
  defaultOptions: {
    queries: {
      // `useLive` says when something is new.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 2 && error instanceof RequestError && (error.status === 0 || error.status === 503),
    },
  },
});

interface AnswerOptions<Answer> {
  readonly enabled?: boolean;
  /** It can never change: no event makes it be asked for again. */
  readonly fixed?: boolean;
  /** While the next page of a list is on its way, the one before stays. */
  readonly keep?: boolean;
  /** After how many milliseconds it is asked again, for what no event tells of; by what was answered last. */
  readonly every?: (latest: Answer | undefined) => number | false;
}

/** The answer to GET `path`, asked again whenever the controller says that something has changed. */
export function useAnswer<Answer>(
  path: string,
  { enabled = true, fixed = false, keep = false, every }: AnswerOptions<Answer> = {},
): UseQueryResult<Answer> {
  return useQuery({
    queryKey: [fixed ? 'fixed' : 'current', path],
    queryFn: ({ signal }) => request<Answer>(path, { signal }),
    ...(keep && { placeholderData: keepPreviousData }),
    enabled,
    ...(every && {
      refetchInterval: ({ state }: { state: { data: Answer | undefined } }) => every(state.data),
    }),
  });
}

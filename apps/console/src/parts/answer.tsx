// Shows an answer when it is there, and until then that it is on its way, or why it does not come.

import { Center, Loader } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';

interface AnswerProps<Value> {
  readonly of: UseQueryResult<Value>;
  readonly children: (value: Value) => ReactNode;
}

/** A later answer that fails leaves the last one to be read, below the failure. */
export function Answer<Value>({ of: { data, error }, children }: AnswerProps<Value>) {
  return (
    <>
      {error && <Failure error={error} />}
      {data === undefined && !error && (
        <Center p="xl">
          <Loader role="status" aria-label="On its way" />
        </Center>
      )}
      {data !== undefined && children(data)}
    </>
  );
}

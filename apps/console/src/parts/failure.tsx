// What went wrong, in the words of the controller, which name the thing and the remedy.

import { Alert } from '@mantine/core';
import { failureOf } from '../api/request.ts';

export function Failure({ error }: { readonly error: unknown }) {
  const { code, message } = failureOf(error);
  return (
    <Alert color="red" title={code} role="alert">
      {message}
    </Alert>
  );
}

// Who is looking. A controller with keys wants one before it tells anything; it then gives a cookie that no script can read.

import { Alert, Button, Group, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { failureOf, request } from '../api/request.ts';
import { useSession } from '../api/session.ts';
import { Failure } from '../parts/failure.tsx';

/** Shows what is inside to whoever may read it. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const { data: session, error } = useSession();
  if (error) return <Failure error={error} />;
  if (!session) return null;
  return session.scopes.includes('read') ? children : <SignIn />;
}

function SignIn() {
  const client = useQueryClient();
  const [key, setKey] = useState('');
  const [problem, setProblem] = useState<string>();
  const signIn = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await request('/v1/session', { method: 'POST', body: { key } });
      setProblem(undefined);
      await client.invalidateQueries();
    } catch (error) {
      setProblem(failureOf(error).message);
    }
  };
  return (
    <Paper withBorder p="lg" maw={460} mx="auto" mt="xl" component="form" onSubmit={signIn}>
      <Stack>
        <Title order={1} size="h3">
          A key is needed
        </Title>
        <Text size="sm">
          This controller lists keys in CONTROLLER_KEYS_FILE. One with the scope read shows everything; one
          with admin may change things, too.
        </Text>
        <PasswordInput
          label="Key"
          autoComplete="current-password"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          required
        />
        {problem !== undefined && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Button type="submit">Sign in</Button>
      </Stack>
    </Paper>
  );
}

/** In the header: whose key this is, and the way out. */
export function SessionMark() {
  const client = useQueryClient();
  const { data: session } = useSession();
  if (!session || session.name === null) return null;
  const signOut = async () => {
    await request('/v1/session', { method: 'DELETE' });
    client.clear();
    location.reload();
  };
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm">{session.name}</Text>
      {session.keysNeeded && (
        <Button size="compact-sm" variant="default" onClick={signOut}>
          Sign out
        </Button>
      )}
    </Group>
  );
}

// Something that changes the system. It asks for the reason first, which is written into the record together with who gave it.

import { Alert, Button, type ButtonProps, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { request } from '../api/request.ts';
import { useMayChange } from '../api/session.ts';
import { Failure } from './failure.tsx';

interface ActionButtonProps {
  /** A verb: "Promote", "Roll back". */
  readonly name: string;
  /** What will happen, and what speaks for or against it. */
  readonly explanation: ReactNode;
  readonly method?: 'POST' | 'PUT';
  readonly path: string;
  /** What is sent beside the reason. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** More to fill in, between explanation and reason. */
  readonly fields?: ReactNode;
  readonly button?: ButtonProps;
  readonly onDone?: () => void;
}

export function ActionButton({ name, explanation, fields, button, ...action }: ActionButtonProps) {
  const [opened, dialog] = useDisclosure();
  const mayChange = useMayChange();
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        {...button}
        disabled={!mayChange}
        title={mayChange ? undefined : 'This takes a key with the scope admin.'}
        onClick={dialog.open}
      >
        {name}
      </Button>
      <Modal opened={opened} onClose={dialog.close} title={name} closeButtonProps={{ 'aria-label': 'Close' }}>
        <ActionForm name={name} explanation={explanation} fields={fields} close={dialog.close} {...action} />
      </Modal>
    </>
  );
}

interface ActionFormProps extends Omit<ActionButtonProps, 'button'> {
  readonly close: () => void;
}

function ActionForm({
  name,
  explanation,
  fields,
  method = 'POST',
  path,
  body,
  onDone,
  close,
}: ActionFormProps) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const action = useMutation({
    mutationFn: () => request(path, { method, body: { ...body, reason } }),
    onSuccess: async () => {
      close();
      await client.invalidateQueries({ queryKey: ['current'] });
      onDone?.();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    action.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Alert color="blue" variant="light">
          {explanation}
        </Alert>
        {fields}
        <Textarea
          label="Reason"
          description="It is kept in the record, with the name of your key."
          required
          maxLength={1_000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        {action.error && <Failure error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={reason.trim() === ''}>
            {name}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

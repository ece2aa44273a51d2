// A command to copy, as it is typed.

import { Code, CopyButton, Group, Tooltip, UnstyledButton } from '@mantine/core';

export function Command({ children }: { readonly children: string }) {
  return (
    <Group gap="xs" wrap="wrap">
      <Code style={{ overflowWrap: 'anywhere' }}>{children}</Code>
      <CopyButton value={children}>
        {({ copied, copy }) => (
          <Tooltip label="Copy the command">
            <UnstyledButton onClick={copy} fz="xs" td="underline">
              {copied ? 'copied' : 'copy'}
            </UnstyledButton>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}

// The files that a version is: each by the digest that it is verified by whenever it is read.

import type { VersionAnswer } from '@flightdeck/admin-api';
import { Stack, Table, Text } from '@mantine/core';
import { Command } from '../../../parts/command.tsx';
import { Digest } from '../../../parts/digest.tsx';
import { Section } from '../../../parts/section.tsx';
import { WideTable } from '../../../parts/wide-table.tsx';
import { bytes } from '../../../parts/words.ts';

export function FileTable({ version: of }: { readonly version: VersionAnswer }) {
  const { model, version, files, digest } = of;
  return (
    <Section
      title={`${files.length} files, ${bytes(of.bytes)}`}
      note={
        <>
          The digest of all of them together is <Digest of={digest} />.
        </>
      }
    >
      <WideTable label="Files" minWidth={420} head={['File', 'Size', 'SHA-256']}>
        {files.map(({ path, bytes: size, sha256 }) => (
          <Table.Tr key={path}>
            <Table.Td>{path}</Table.Td>
            <Table.Td style={{ whiteSpace: 'nowrap' }}>{bytes(size)}</Table.Td>
            <Table.Td>
              <Digest of={sha256} />
            </Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
      <Stack gap={4}>
        <Text size="sm">To have them as a folder, which MLflow and ONNX Runtime can load:</Text>
        <Command>{`npx flightdeck models export ${model}@${version} ./${model}-v${version}`}</Command>
      </Stack>
    </Section>
  );
}

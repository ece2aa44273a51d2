// A model card as it reads. Links that lead elsewhere in the repository are shown as their text: there is no repository here.

import { Anchor, Code, List, Stack, Table, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { WideTable } from '../../../parts/wide-table.tsx';
import { type Block, blocksOf, type Inline, inlinesOf } from './markdown.ts';

export function MarkdownText({ text }: { readonly text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <Stack gap="sm" maw={820}>
      {blocks.map((block, i) => (
        <BlockText key={i} block={block} />
      ))}
    </Stack>
  );
}

function BlockText({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      // Below the section's own heading, which is the second level.
      return (
        <Title order={block.level === 1 ? 3 : 4} size={block.level === 1 ? 'h4' : 'h5'} mt="xs">
          <Inlines text={block.text} />
        </Title>
      );
    case 'paragraph':
      return (
        <Text size="sm">
          <Inlines text={block.text} />
        </Text>
      );
    case 'list':
      return (
        <List size="sm" spacing={4}>
          {block.items.map((item) => (
            <List.Item key={item}>
              <Inlines text={item} />
            </List.Item>
          ))}
        </List>
      );
    case 'table':
      return <TableText block={block} />;
  }
}

function TableText({ block: { head, rows } }: { readonly block: Block & { kind: 'table' } }) {
  return (
    <WideTable
      label={`Table of ${head.filter((name) => name !== '').join(', ')}`}
      minWidth={100 * head.length}
      head={head}
    >
      {rows.map((cells, row) => (
        <Table.Tr key={row}>
          {cells.map((cell, column) => (
            <Table.Td key={column} fz="sm">
              <Inlines text={cell} />
            </Table.Td>
          ))}
        </Table.Tr>
      ))}
    </WideTable>
  );
}

function Inlines({ text }: { readonly text: string }) {
  return inlinesOf(text).map((inline, i) => <InlineText key={i} inline={inline} />);
}

function InlineText({ inline }: { readonly inline: Inline }) {
  switch (inline.kind) {
    case 'bold':
      return <b>{inline.text}</b>;
    case 'italic':
      return <em>{inline.text}</em>;
    case 'code':
      return <Code>{inline.text}</Code>;
    case 'link':
      return /^https?:\/\//.test(inline.to) ? (
        <Anchor href={inline.to} inherit rel="noreferrer">
          {inline.text}
        </Anchor>
      ) : (
        inline.text
      );
    case 'text':
      return inline.text;
  }
}

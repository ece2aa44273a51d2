// A table that may be wider than the page: it scrolls by itself, with the keyboard too.

import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './wide-table.module.css';

interface WideTableProps {
  /** What the rows are: read out when the table is come to. */
  readonly label: string;
  readonly minWidth: number;
  readonly head: readonly ReactNode[];
  /** Rows of cells. */
  readonly children: ReactNode;
}

export function WideTable({ label, minWidth, head, children }: WideTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.frame} aria-label={label} tabIndex={0}>
      <Table miw={minWidth} verticalSpacing={6} className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            {head.map((name, i) => (
              <Table.Th key={i}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  );
}

// The way through a list that comes in pages, newest first. Where one is, is part of the address, so that "back" goes back.

import { Button, Group } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';

interface PagerProps {
  /** Where the next page begins, as the answer says; null on the last. */
  readonly next: string | number | null;
  /** What the address calls it, where a page has several lists. */
  readonly parameter?: string;
  /** What is older: "Older versions". */
  readonly name: string;
}

export function Pager({ next, name, parameter = 'before' }: PagerProps) {
  const [search] = useSearchParams();
  const to = (value: string | null) => {
    const changed = new URLSearchParams(search);
    if (value === null) changed.delete(parameter);
    else changed.set(parameter, value);
    return { search: changed.toString() };
  };
  const isFirst = !search.has(parameter);
  if (isFirst && next === null) return null;
  return (
    <Group gap="xs" component="nav" aria-label={name}>
      {!isFirst && (
        <Button size="compact-sm" variant="default" component={Link} to={to(null)}>
          Newest
        </Button>
      )}
      {next !== null && (
        <Button size="compact-sm" variant="default" component={Link} to={to(String(next))}>
          {name}
        </Button>
      )}
    </Group>
  );
}

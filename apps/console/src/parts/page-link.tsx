// A link to another page of the console.

import { Anchor, type AnchorProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

interface PageLinkProps extends AnchorProps {
  readonly to: string;
  readonly title?: string;
  readonly children: ReactNode;
}

export function PageLink({ to, children, ...anchor }: PageLinkProps) {
  return (
    <Anchor component={Link} to={to} inherit {...anchor}>
      {children}
    </Anchor>
  );
}

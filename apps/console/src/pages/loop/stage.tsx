// One stage of the diagram: its noun, which leads to its page, what is there now, and what it does.

import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import classes from './loop.module.css';

export interface StageContent {
  readonly key: string;
  readonly name: string;
  readonly icon: TablerIcon;
  /** Its page. */
  readonly to: string;
  readonly state: 'idle' | 'good' | 'bad' | 'open' | 'busy';
  readonly figure: ReactNode;
  readonly details?: ReactNode;
  /** What it does, in a sentence. */
  readonly does: string;
  /** Where in the ring the next stage is. */
  readonly next: 'right' | 'down' | 'left' | 'up';
}

export function Stage({ stage }: { readonly stage: StageContent }) {
  const { key, name, icon: Icon, to, state, figure, details, does, next } = stage;
  return (
    <li className={classes.stage} data-name={key} data-state={state}>
      <h3 className={classes.name}>
        <Icon size={16} aria-hidden />
        <Link to={to}>{name}</Link>
      </h3>
      <div className={classes.figure}>{figure}</div>
      {details && <div className={classes.details}>{details}</div>}
      <div className={classes.does}>{does}</div>
      <svg
        className={classes.arrow}
        viewBox="0 0 22 12"
        aria-hidden="true"
        data-to={next}
        {...(state === 'busy' && { 'data-flows': '' })}
      >
        <path d="M0 6H20" />
        <path d="M15 1L20 6L15 11" />
      </svg>
    </li>
  );
}

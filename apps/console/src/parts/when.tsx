// A moment: in the reader's words, with the exact time in UTC behind it.

import { describeAge, describeTime } from './words.ts';

interface WhenProps {
  /** ISO 8601, or milliseconds since 1970 UTC. */
  readonly at: string | number;
  /** How long ago, in place of the time. */
  readonly age?: boolean;
}

export function When({ at, age = false }: WhenProps) {
  const time = new Date(at);
  const exact = time.toISOString();
  return (
    <time dateTime={exact} title={exact} style={{ whiteSpace: 'nowrap' }}>
      {age ? describeAge(Date.now() - time.getTime()) : describeTime(time)}
    </time>
  );
}

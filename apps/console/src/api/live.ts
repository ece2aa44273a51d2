// The controller's events: each says that something may have changed, and what is on the page is asked for again.

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

export type Live = 'connecting' | 'live' | 'broken';

/** While a page is hidden nothing is asked; it catches up when it is looked at. */
export function useLive(): Live {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>('connecting');
  useEffect(() => {
    const events = new EventSource('/v1/changes');
    // What happened while there was no connection was told to nobody. At the first one, everything has just been asked for.
    let hasMissedSome = false;
    const refresh = () => {
      if (!document.hidden)
        void client.invalidateQueries({ queryKey: ['current'] }, { cancelRefetch: false });
    };
    events.addEventListener('open', () => {
      setLive('live');
      if (hasMissedSome) refresh();
      hasMissedSome = false;
    });
    events.addEventListener('error', () => {
      setLive('broken');
      hasMissedSome = true;
    });
    events.addEventListener('changed', refresh);
    document.addEventListener('visibilitychange', refresh);
    return () => {
      events.close();
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [client]);
  return live;
}

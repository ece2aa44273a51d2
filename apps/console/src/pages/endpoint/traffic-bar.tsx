// Who gets what share of the traffic, as a bar and in words, each version with its link; and who is asked in the shadow.

import type { EndpointHead, Share } from '@flightdeck/admin-api';
import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { percent } from '../../parts/words.ts';
import classes from './endpoint.module.css';

export function TrafficBar({ endpoint }: { readonly endpoint: EndpointHead }) {
  const { model, traffic, shadows } = endpoint;
  return (
    <Stack gap={6}>
      <div className={classes.bar} aria-hidden="true">
        {traffic.map(({ target, share }) => (
          <span key={target} style={{ flexGrow: share }} />
        ))}
      </div>
      <Group gap="lg">
        {traffic.map((share, place) => (
          <ShareWords
            key={share.target}
            model={model}
            share={share}
            mark={place === 0 ? 'first' : 'second'}
          />
        ))}
        {shadows.map((share) => (
          <ShareWords key={`shadow ${share.target}`} model={model} share={share} mark="shadow" />
        ))}
      </Group>
    </Stack>
  );
}

interface ShareWordsProps {
  readonly model: string;
  readonly share: Share;
  readonly mark: 'first' | 'second' | 'shadow';
}

function ShareWords({ model, share: { target, version, share }, mark }: ShareWordsProps) {
  const role = mark === 'shadow' ? 'shadow' : mark === 'first' ? target : 'canary';
  return (
    <Text size="sm" component="div">
      <span className={classes.swatch} data-mark={mark} aria-hidden="true" />
      {role}:{' '}
      {version === null ? (
        'not set'
      ) : (
        <Anchor component={Link} to={`/models/${model}/${version}`} size="sm">
          version {version}
        </Anchor>
      )}
      , {mark === 'shadow' ? `asked about ${percent(share, 0)}` : percent(share, 0)}
    </Text>
  );
}

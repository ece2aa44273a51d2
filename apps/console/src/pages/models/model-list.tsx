// All models: which version of each serves, and how good it was.

import type { ModelEntry, ModelsAnswer } from '@flightdeck/admin-api';
import { Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Command } from '../../parts/command.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Figure } from '../../parts/figure.tsx';
import { metricName } from '../../parts/metric-words.ts';
import { Page } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { count, decimal } from '../../parts/words.ts';
import { pathOf } from './paths.ts';

export function ModelList() {
  const models = useAnswer<ModelsAnswer>('/v1/models');
  return (
    <Page
      title="Models"
      lead="A model is a series of versions. Each is a bundle that never changes; aliases say which of them serves."
    >
      <Answer of={models}>
        {({ models }) =>
          models.length === 0 ? (
            <EmptyState
              title="No model has a version yet"
              next={<Command>npx flightdeck train --rows 20000</Command>}
            />
          ) : (
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              {models.map((model) => (
                <ModelTile key={model.name} model={model} />
              ))}
            </SimpleGrid>
          )
        }
      </Answer>
    </Page>
  );
}

function ModelTile({
  model: { name, versions, latest, champion, aliases, endpoints },
}: {
  model: ModelEntry;
}) {
  return (
    <Paper withBorder p="md" component="article" aria-label={name}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            <PageLink to={pathOf.model(name)}>{name}</PageLink>
          </Title>
          {champion && <VerdictMark verdict={champion.verdict} />}
        </Group>
        <Group gap="xl">
          <Figure
            name="Champion"
            value={champion ? `v${champion.version}` : 'none'}
            {...(champion && { evidence: pathOf.version(name, champion.version) })}
            detail={endpoints.length === 0 ? 'serves nowhere' : `serves at ${endpoints.join(', ')}`}
          />
          {Object.entries(champion?.metrics ?? {})
            .slice(0, 2)
            .map(([metric, value]) => (
              <Figure
                key={metric}
                name={metricName(metric)}
                value={decimal(value)}
                detail="on its test rows"
              />
            ))}
        </Group>
        <Text size="sm" c="dimmed">
          {count(versions)} versions{latest !== null && `, the newest is v${latest}`}.
          {Object.entries(aliases)
            .filter(([alias]) => alias !== 'champion')
            .map(([alias, version]) => ` ${alias}: v${version}.`)}
        </Text>
      </Stack>
    </Paper>
  );
}

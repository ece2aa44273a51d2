// The answers of versions side by side: what shadows said at the time, and what versions say of the same features now.

import type { OpinionsAnswer, PredictionAnswer, VersionOpinion } from '@flightdeck/admin-api';
import { Anchor, Badge, Group, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Section } from '../../parts/section.tsx';
import { decimal } from '../../parts/words.ts';
import { FailureMark, latency } from './prediction-table.tsx';

export function Opinions({ prediction }: { readonly prediction: PredictionAnswer }) {
  const { model, id } = prediction;
  // Of other versions than today's nobody says it here, so that it is asked again when versions come and go.
  const answer = useAnswer<OpinionsAnswer>(
    `/v1/predictions/${encodeURIComponent(id)}/opinions?${new URLSearchParams({ model })}`,
  );
  return (
    <Section
      title="Versions side by side"
      note="Then: what answered, and what shadows made of the same request. Now: the controller puts the features from the log into each version's model; nothing of that is logged."
    >
      <Answer of={answer}>
        {({ opinions }) => <OpinionTable prediction={prediction} opinions={opinions} />}
      </Answer>
    </Section>
  );
}

interface OpinionTableProps {
  readonly prediction: PredictionAnswer;
  readonly opinions: readonly VersionOpinion[];
}

function OpinionTable({ prediction, opinions }: OpinionTableProps) {
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table fz="sm" verticalSpacing={4} aria-label="Versions side by side">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>Then</Table.Th>
            <Table.Th ta="right">Score now</Table.Th>
            <Table.Th>Call</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {opinions.map((opinion) => (
            <OpinionRow key={opinion.version} prediction={prediction} opinion={opinion} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function OpinionRow({ prediction, opinion }: { prediction: PredictionAnswer; opinion: VersionOpinion }) {
  const { version, aliases, score, threshold, problem } = opinion;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Anchor component={Link} to={`/models/${prediction.model}/${version}`} inherit>
            {version}
          </Anchor>
          {aliases.map((alias) => (
            <Badge key={alias} variant="light" autoContrast tt="none">
              {alias}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Then prediction={prediction} version={version} />
      </Table.Td>
      <Table.Td ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
        {score === null ? 'none' : decimal(score)}
      </Table.Td>
      <Table.Td>{problem ?? (score! >= threshold! ? 'positive' : 'negative')}</Table.Td>
    </Table.Tr>
  );
}

function Then({ prediction, version }: { prediction: PredictionAnswer; version: number }) {
  const shadow = prediction.shadows.find((each) => each.version === version);
  if (version === prediction.version && prediction.score !== null)
    return <>answered {decimal(prediction.score)}</>;
  if (version === prediction.version) return <FailureMark code={prediction.failure} />;
  if (!shadow)
    return (
      <Text span size="sm" c="dimmed">
        not asked
      </Text>
    );
  if (shadow.score === null) return <FailureMark code={shadow.failure} />;
  return (
    <>
      shadow {decimal(shadow.score)}, after {latency(shadow.latencyMs)}
    </>
  );
}

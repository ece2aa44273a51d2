// One version: what it came of, what the gate said, how good it was, what it takes, and the files that it is made of.

import type { ModelAnswer, VersionAnswer } from '@flightdeck/admin-api';
import { Badge, Button, Group, Tabs } from '@mantine/core';
import { Link, useParams, useSearchParams } from 'react-router';
import { useAnswer } from '../../../api/answers.ts';
import { Answer } from '../../../parts/answer.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { Page } from '../../../parts/page.tsx';
import { PageLink } from '../../../parts/page-link.tsx';
import { Section } from '../../../parts/section.tsx';
import { When } from '../../../parts/when.tsx';
import { GateOpinion } from '../gate-opinion.tsx';
import { pathOf } from '../paths.ts';
import { PromoteButton } from '../promote-button.tsx';
import { FileTable } from './file-table.tsx';
import { InputTable } from './input-table.tsx';
import { LineageDiagram } from './lineage-diagram.tsx';
import { MarkdownText } from './markdown-text.tsx';
import { MeasuredPart } from './measured-part.tsx';

export function VersionView() {
  const { model = '', version = '' } = useParams();
  const answer = useAnswer<VersionAnswer>(`/v1/models/${model}/versions/${version}`);
  const owner = useAnswer<ModelAnswer>(`/v1/models/${model}`);
  return (
    <Page
      title={
        <Group gap="xs">
          {model} v{version}
          {answer.data?.aliases.map((alias) => (
            <Badge key={alias} variant="light" autoContrast tt="none">
              {alias}
            </Badge>
          ))}
        </Group>
      }
      lead={
        <>
          <PageLink to={pathOf.model(model)}>All versions of {model}</PageLink>
          {answer.data && (
            <>
              . Made <When at={answer.data.createdAt} /> by {answer.data.createdBy}.
            </>
          )}
        </>
      }
      actions={answer.data && owner.data && <Actions version={answer.data} model={owner.data} />}
    >
      <Answer of={answer}>
        {(found) => (
          <>
            <LineageDiagram version={found} />
            <Section
              title="Gate"
              note="What had to hold before the version was let in, as it was found then."
            >
              <GateOpinion gate={found.gate} />
            </Section>
            <Parts version={found} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function Actions({ version: { version, gate }, model }: { version: VersionAnswer; model: ModelAnswer }) {
  const champion = model.aliases.find(({ alias }) => alias === 'champion')?.to;
  const other = champion === undefined || champion === version ? model.rollbackTo : champion;
  return (
    <Group gap="xs">
      {other !== null && other !== version && (
        <Button
          size="compact-sm"
          variant="default"
          component={Link}
          to={pathOf.comparison(model.name, version, other)}
        >
          Compare with v{other}
        </Button>
      )}
      <PromoteButton model={model} version={version} gate={gate} />
    </Group>
  );
}

const parts = ['measured', 'inputs', 'card', 'files'] as const;
const titles = { measured: 'Measured', inputs: 'Inputs', card: 'Model card', files: 'Files' };

/** Which one is open is part of the address, so that it can be linked. */
function Parts({ version }: { readonly version: VersionAnswer }) {
  const [search, setSearch] = useSearchParams();
  const { evaluations, inputs, card } = version.contents;
  return (
    <Tabs
      value={search.get('part') ?? 'measured'}
      onChange={(part) => setSearch({ part: part ?? 'measured' }, { replace: true })}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        {parts.map((part) => (
          <Tabs.Tab key={part} value={part}>
            {titles[part]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="measured">
        {evaluations ? (
          <MeasuredPart evaluations={evaluations} />
        ) : (
          <EmptyState
            title="This version brought no evaluation"
            next="It was imported, or made elsewhere. What the kit trains is measured on held-out rows, and shows it here. How it fares on live traffic is on the Monitoring page."
          />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="inputs">
        {inputs ? (
          <InputTable inputs={inputs} output={version.contents.output} rows={version.contents.trainingRows} />
        ) : (
          <EmptyState title="This version has no signature" next="Its bundle does not say what it takes." />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="card">
        {card === null ? (
          <EmptyState
            title="This version has no model card"
            next="What the kit trains writes one into its bundle."
          />
        ) : (
          <Section title="Model card" note="MODEL_CARD.md of the bundle, as it was registered.">
            <MarkdownText text={card} />
          </Section>
        )}
      </Tabs.Panel>
      <Tabs.Panel value="files">
        <FileTable version={version} />
      </Tabs.Panel>
    </Tabs>
  );
}

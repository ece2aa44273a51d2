// Where a version comes from and where it goes: dataset, features, run, version, alias and endpoint, in this order, each with the way to it
// or the digest that it is known by.

import type { VersionAnswer } from '@flightdeck/admin-api';
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Digest } from '../../../parts/digest.tsx';
import { PageLink } from '../../../parts/page-link.tsx';
import { Section } from '../../../parts/section.tsx';
import { pathOf } from '../paths.ts';
import classes from './lineage-diagram.module.css';

export function LineageDiagram({ version: of }: { readonly version: VersionAnswer }) {
  const { model, version, digest, aliases, endpoints, origin } = of;
  const { lineage, runId, recalibrationOf } = origin;
  return (
    <Section title="Lineage" note="Each step is known by its digest: the same inputs give the same version.">
      <ol className={classes.steps}>
        <Step name="Dataset" detail="rows it was made from">
          <Known digest={lineage.datasetVersion} />
        </Step>
        <Step name="Features" detail="definitions">
          <Known digest={lineage.featureVersion} />
        </Step>
        {recalibrationOf !== null && (
          <Step name="Network" detail="kept as it was, calibrated anew">
            <PageLink to={pathOf.version(model, recalibrationOf)}>version {recalibrationOf}</PageLink>
          </Step>
        )}
        <Step name="Run" detail={lineage.seed === null ? 'no seed' : `seed ${lineage.seed}`}>
          <PageLink to={pathOf.run(runId)} className={classes.id ?? ''} title={runId}>
            {runId}
          </PageLink>
        </Step>
        <Step name="Version" detail={<Digest of={digest} />} current>
          {model} v{version}
        </Step>
        <Step
          name="Serves as"
          detail={endpoints.length === 0 ? 'no traffic now' : `endpoint ${endpoints.join(', ')}`}
        >
          {aliases.length === 0 ? (
            'no alias'
          ) : (
            <PageLink to={endpoints.length === 0 ? pathOf.model(model) : '/endpoint'}>
              {aliases.join(', ')}
            </PageLink>
          )}
        </Step>
      </ol>
      <Text size="xs" c="dimmed">
        Code {lineage.codeVersion === null ? 'unknown' : <Digest of={lineage.codeVersion} />}, commit{' '}
        {lineage.commit === null ? 'unknown' : <Digest of={lineage.commit} />}
        {lineage.backend !== null && `, trained on ${lineage.backend}`}.
      </Text>
    </Section>
  );
}

interface StepProps {
  readonly name: string;
  readonly detail: ReactNode;
  readonly current?: boolean;
  readonly children: ReactNode;
}

function Step({ name, detail, current = false, children }: StepProps) {
  return (
    <li className={classes.step} data-current={current || undefined}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="div" size="sm" fw={600} truncate>
        {children}
      </Text>
      <Text component="div" size="xs" c="dimmed">
        {detail}
      </Text>
    </li>
  );
}

function Known({ digest }: { readonly digest: string | null }) {
  return digest === null ? 'unknown' : <Digest of={digest} />;
}

// The upper half of the ring, from rows to a version that the gate has let in.

import type { OverviewAnswer } from '@flightdeck/admin-api';
import { Progress } from '@mantine/core';
import {
  IconAdjustments,
  IconBarbell,
  IconDatabase,
  IconShieldCheck,
  IconStack2,
  IconTimeline,
} from '@tabler/icons-react';
import { Link } from 'react-router';
import { metricName } from '../../parts/metric-words.ts';
import { count, counted, decimal, describeDuration, percent } from '../../parts/words.ts';
import { jobWords } from './loop-words.ts';
import type { StageContent } from './stage.tsx';

/** The first of a hash that tells it from others. */
const short = (hash: string) => hash.slice(0, 8);

export function learningStages(overview: OverviewAnswer): readonly StageContent[] {
  const champion = overview.model?.champion ?? null;
  const version = champion ? `/models/${overview.model!.name}/${champion.version}` : '/models';
  return [
    dataStage(overview, version),
    {
      ...{
        key: 'features',
        name: 'Features',
        icon: IconAdjustments,
        to: version,
        next: 'right',
        state: 'idle',
      },
      figure: champion ? `${champion.features} inputs` : 'None yet',
      details: champion?.lineage?.featureVersion && <>definitions {short(champion.lineage.featureVersion)}</>,
      does: 'Declared once, computed by the same definition for training and for live requests.',
    },
    trainingStage(overview),
    runStage(overview),
    {
      ...{ key: 'version', name: 'Version', icon: IconStack2, to: version, next: 'right' },
      state: champion ? 'good' : 'idle',
      figure: champion ? `Version ${champion.version}` : 'None yet',
      details: champion && <VersionDetails overview={overview} />,
      does: 'An immutable bundle: the ONNX model, its features, its evaluation. The champion is the one that serves.',
    },
    gateStage(overview, version),
  ];
}

function dataStage({ model }: OverviewAnswer, to: string): StageContent {
  const log = model?.log;
  const dataset = model?.champion?.lineage?.datasetVersion;
  const answered = log ? log.predictions - log.failed : 0;
  return {
    ...{ key: 'data', name: 'Data', icon: IconDatabase, to, next: 'up', state: 'idle' },
    figure: log && answered > 0 ? `${count(log.labelled)} labels` : dataset ? 'A dataset' : 'None yet',
    details: (
      <>
        {log && answered > 0 && <div>known for {percent(log.labelled / answered, 0)} of the answers</div>}
        {dataset && <div>dataset {short(dataset)}</div>}
      </>
    ),
    does: 'Rows to learn from: a versioned dataset, events as they happen, and labels once they are known.',
  };
}

function trainingStage({ trainers }: OverviewAnswer): StageContent {
  const common = {
    key: 'training',
    name: 'Training',
    icon: IconBarbell,
    to: '/queue',
    next: 'right',
  } as const;
  const does =
    'A queue of jobs: a search over hyperparameters, or a new calibration, on whichever trainer is free.';
  if (trainers === null)
    return { ...common, state: 'bad', figure: 'Unknown', details: 'The broker does not answer.', does };
  const { active, waiting, paused, failed, jobs } = trainers;
  const [job] = jobs;
  const state = paused ? 'open' : active > 0 ? 'busy' : 'idle';
  return {
    ...{ ...common, state, does },
    figure: active > 0 ? `${active} active` : paused ? 'Paused' : 'Idle',
    details: (
      <>
        <div>{waiting === 0 ? 'nothing waits' : `${count(waiting)} waiting`}</div>
        {failed > 0 && <div>{count(failed)} failed</div>}
        {job?.state === 'active' && (
          <>
            <div>
              {jobWords(job)}
              {job.progress && `: ${job.progress.message}`}
            </div>
            <Progress
              value={100 * (job.progress?.fraction ?? 0)}
              size="sm"
              mt={4}
              aria-label={`Progress of the ${jobWords(job)}`}
            />
          </>
        )}
      </>
    ),
  };
}

function runStage({ model }: OverviewAnswer): StageContent {
  const champion = model?.champion;
  const [metric] = Object.entries(champion?.metrics ?? {});
  return {
    ...{ key: 'run', name: 'Run', icon: IconTimeline, next: 'right', state: 'idle' },
    to: champion ? `/runs/${champion.runId}` : '/runs',
    figure: metric ? `${metricName(metric[0])} ${decimal(metric[1], 3)}` : champion ? 'Finished' : 'None yet',
    details: champion && (
      <>
        {champion.lineage?.backend && <div>on {champion.lineage.backend}</div>}
        {champion.lineage?.seed != null && <div>seed {champion.lineage.seed}</div>}
        {champion.runMs !== null && champion.runMs >= 1_000 && (
          <div>took {describeDuration(champion.runMs)}</div>
        )}
      </>
    ),
    does: 'One attempt, recorded: parameters, losses, data, code and seed, so that it can be repeated.',
  };
}

function gateStage({ model }: OverviewAnswer, to: string): StageContent {
  const gate = model?.champion?.gate;
  const states = { pass: 'good', fail: 'bad', inconclusive: 'open' } as const;
  return {
    ...{ key: 'gate', name: 'Gate', icon: IconShieldCheck, to, next: 'down' },
    state: gate ? states[gate.verdict] : 'idle',
    figure: gate
      ? { pass: 'Passed', fail: 'Failed', inconclusive: 'Inconclusive' }[gate.verdict]
      : 'Nothing to judge',
    details: gate && gate.reasons.length > 0 && `${counted(gate.reasons.length, 'reason')} on record`,
    does: 'Compares a candidate with the champion on held-out rows and on slices, and says why.',
  };
}

function VersionDetails({ overview: { model } }: { readonly overview: OverviewAnswer }) {
  const { name, versions, challenger, champion } = model!;
  return (
    <>
      <div>champion of {count(versions)}</div>
      {challenger !== null && challenger !== champion!.version && (
        <div>
          challenger: <Link to={`/models/${name}/${challenger}`}>version {challenger}</Link>
        </div>
      )}
    </>
  );
}

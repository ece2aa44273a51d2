// The lower half of the ring, from requests back to a decision.

import type { EndpointHead, OverviewAnswer } from '@flightdeck/admin-api';
import { IconActivityHeartbeat, IconGavel, IconListSearch, IconRoute } from '@tabler/icons-react';
import { decisionWords } from '../../parts/decision-words.ts';
import { When } from '../../parts/when.tsx';
import { count, percent } from '../../parts/words.ts';
import classes from './loop.module.css';
import { sectionNames, servingReports, trafficWords, worstOf } from './loop-words.ts';
import type { StageContent } from './stage.tsx';

export function servingStages(overview: OverviewAnswer): readonly StageContent[] {
  return [endpointStage(overview), predictionStage(overview), reportStage(overview), decisionStage(overview)];
}

function endpointStage({ model }: OverviewAnswer): StageContent {
  const endpoint = model?.endpoint ?? null;
  const rolling = endpoint?.rollout;
  return {
    ...{ key: 'endpoint', name: 'Endpoint', icon: IconRoute, next: 'left' },
    to: endpoint ? `/endpoint/${endpoint.name}` : '/endpoint',
    state: !endpoint ? 'idle' : rolling?.status === 'halted' ? 'open' : rolling ? 'busy' : 'good',
    figure: endpoint ? trafficFigure(endpoint) : 'Nothing is served',
    details: endpoint && <Traffic endpoint={endpoint} />,
    does: 'Serves the champion; a candidate is first asked in the shadow, then by a growing share of users.',
  };
}

function trafficFigure({ traffic }: EndpointHead): string {
  if (traffic.length === 1) return `All to version ${traffic[0]!.version}`;
  return `${traffic.map(({ share }) => Math.round(100 * share)).join(' / ')} %`;
}

function Traffic({ endpoint }: { readonly endpoint: EndpointHead }) {
  const { traffic, shadows, rollout } = endpoint;
  return (
    <>
      <div className={classes.bar} role="img" aria-label={`Traffic: ${trafficWords(endpoint)}`}>
        {traffic.map(({ target, share }) => (
          <span key={target} style={{ flexGrow: share }} />
        ))}
      </div>
      {traffic.map(({ target, version, share }, place) => (
        <div key={target}>
          {place === 0 ? 'champion' : 'canary'}: version {version}, {percent(share, 0)}
        </div>
      ))}
      {shadows.map(({ target, version, share }) => (
        <div key={target}>
          shadow: version {version}, {percent(share, 0)}
        </div>
      ))}
      {rollout && (
        <div>
          rollout of version {rollout.candidate}: {rollout.status}
        </div>
      )}
    </>
  );
}

function predictionStage({ model }: OverviewAnswer): StageContent {
  const log = model?.log ?? null;
  return {
    ...{ key: 'predictions', name: 'Predictions', icon: IconListSearch, to: '/predictions', next: 'left' },
    state: log && log.predictions > 0 ? 'good' : 'idle',
    figure: log ? count(log.predictions) : model?.endpoint ? 'Being counted' : 'None yet',
    details: log && log.to !== null && (
      <>
        <div>{log.failed === 0 ? 'none failed' : `${percent(log.failed / log.predictions)} failed`}</div>
        <div>
          event time <When at={log.to} />
        </div>
      </>
    ),
    does: 'Every answer is logged with its features, version and time; its label is joined when it is known.',
  };
}

function reportStage({ model }: OverviewAnswer): StageContent {
  const reports = model ? servingReports(model) : [];
  const worst = worstOf(reports);
  const states = { ok: 'good', inconclusive: 'open', drifted: 'bad', degraded: 'bad' } as const;
  return {
    ...{ key: 'reports', name: 'Reports', icon: IconActivityHeartbeat, to: '/monitoring', next: 'left' },
    state: worst ? states[worst] : 'idle',
    figure: worst ? worst.replace(/^./, (first) => first.toUpperCase()) : 'None yet',
    details: (['service', 'dataQuality', 'drift', 'quality'] as const).map((name) => {
      const verdict = worstOf(reports.flatMap(({ sections }) => sections.filter((one) => one.name === name)));
      return verdict && <div key={name}>{`${sectionNames[name].toLowerCase()}: ${verdict}`}</div>;
    }),
    does: 'Each window is compared with training: service, data quality, drift, and quality on matured labels.',
  };
}

function decisionStage({ timeline }: OverviewAnswer): StageContent {
  const [latest] = timeline;
  return {
    ...{ key: 'decision', name: 'Decision', icon: IconGavel, to: '#decisions', next: 'up', state: 'idle' },
    figure: latest ? decisionWords(latest.kind) : 'None yet',
    details: latest && (
      <>
        <div>by {latest.actor}</div>
        <div>
          <When at={latest.at} age />
        </div>
      </>
    ),
    does: 'Retrain, recalibrate, promote, roll back, or leave it: with reasons, and back to the queue.',
  };
}

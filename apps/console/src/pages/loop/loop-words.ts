// The loop in sentences: what is served, what monitoring says, what is being trained. Pure, from what the controller answers.

import type {
  EndpointHead,
  JobUnderWay,
  ModelOverview,
  OverviewAnswer,
  ReportSummary,
} from '@flightdeck/admin-api';
import { percent } from '../../parts/words.ts';

type Verdict = ReportSummary['verdict'];

export const sectionNames = {
  service: 'Service',
  dataQuality: 'Data quality',
  drift: 'Drift',
  quality: 'Quality',
} as const;

/** The top of the page: three sentences that say how things are. */
export function headlineOf({ model, trainers }: OverviewAnswer): string {
  if (model?.champion == null) return trainingSentence(trainers, true);
  return [servedSentence(model), monitoringSentence(servingReports(model)), trainingSentence(trainers)].join(
    ' ',
  );
}

function servedSentence({ name, champion, endpoint }: ModelOverview): string {
  const version = `Version ${champion!.version} of ${name}`;
  if (!endpoint) return `${version} is champion, and nothing serves it.`;
  const others = endpoint.traffic
    .slice(1)
    .map(({ version: other, share }) => `version ${other} ${percent(share, 0)}`);
  const shadows = endpoint.shadows.map(({ version: other }) => ` Version ${other} is tried in the shadow.`);
  const share = percent(endpoint.traffic[0]!.share, 0);
  const answers =
    others.length === 0
      ? `${version} answers every request.`
      : `${version} answers ${share}, ${others.join(', ')}.`;
  return answers + shadows.join('');
}

function monitoringSentence(reports: readonly ReportSummary[]): string {
  if (reports.length === 0) return 'No window has been reported yet.';
  const alarms = alarmsIn(reports);
  if (alarms.length === 0) return 'Monitoring raises no alarm.';
  return `Monitoring raises ${alarms.length === 1 ? 'an alarm' : `${alarms.length} alarms`}: ${alarms.join(', ')}.`;
}

/** "quality degraded (version 2)" */
export function alarmsIn(reports: readonly ReportSummary[]): readonly string[] {
  const found = reports.flatMap(({ version, sections }) =>
    sections
      .filter(({ verdict }) => verdict === 'drifted' || verdict === 'degraded')
      .map(({ name, verdict }) => `${sectionNames[name].toLowerCase()} ${verdict} (version ${version})`),
  );
  return [...new Set(found)];
}

function trainingSentence(trainers: OverviewAnswer['trainers'], isFirst = false): string {
  if (trainers === null) return 'The broker does not answer, so what is queued is not known.';
  if (trainers.paused) return 'The trainers are paused.';
  if (trainers.active > 0)
    return isFirst ? 'The first champion is being trained.' : 'Something is being trained now.';
  if (trainers.waiting > 0)
    return `${trainers.waiting} ${trainers.waiting === 1 ? 'job waits' : 'jobs wait'} for a trainer.`;
  return isFirst ? 'Nothing has been trained yet.' : 'Nothing is being trained.';
}

/** "training", "retraining, trial 2", "recalibration" */
export function jobWords({ retraining, stage }: JobUnderWay): string {
  if (retraining === null) return 'training';
  if (stage === 'recalibrate') return 'recalibration';
  const trial = /^trial-(\d+)$/.exec(stage ?? '')?.[1];
  return `retraining, ${trial === undefined ? stage : `trial ${Number(trial) + 1}`}`;
}

/** Whether a version answers anybody; what monitoring says of another one is history. */
export function isServing({ endpoint }: Pick<ModelOverview, 'endpoint'>, version: number): boolean {
  return endpoint?.traffic.some((share) => share.version === version) ?? false;
}

/** Those of versions that answer. */
export function servingReports(model: Pick<ModelOverview, 'endpoint' | 'reports'>): readonly ReportSummary[] {
  return model.reports.filter(({ version }) => isServing(model, version));
}

/** The worst of these; null where there is none. */
export function worstOf(found: readonly { readonly verdict: Verdict }[]): Verdict | null {
  const order = ['ok', 'inconclusive', 'drifted', 'degraded'] as const;
  return found.reduce<Verdict | null>(
    (worst, { verdict }) =>
      worst === null || order.indexOf(verdict) > order.indexOf(worst) ? verdict : worst,
    null,
  );
}

/** "champion 75 %, version 3 25 %" */
export function trafficWords({ traffic }: EndpointHead): string {
  return traffic.map(({ version, share }) => `version ${version ?? '?'}: ${percent(share, 0)}`).join(', ');
}

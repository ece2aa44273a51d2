export {
  type BlockMetric,
  type Blocks,
  drawBlocks,
  type Interval,
  numberBlocks,
  percentileInterval,
} from './blocks.ts';
export { precisionRecallCurve, rocCurve } from './curves.ts';
export { brier, brierSums, logLoss, logLossSums } from './probability-scores.ts';
export { quantile } from './quantile.ts';
export { areasByBlock, prAuc, rocAuc } from './ranked-areas.ts';
export { type Ranking, rankByScore, splitRanking } from './ranking.ts';
export { calibrationErrorSums, expectedCalibrationError, reliability } from './reliability.ts';
export { type RowSums, sumsByBlock } from './row-sums.ts';
export type { Labels, Scores } from './scored-rows.ts';
export { studentQuantile } from './student.ts';
export {
  bestF1Threshold,
  type Confusion,
  confusionAt,
  confusionSums,
  f1,
  precision,
  recall,
} from './threshold.ts';

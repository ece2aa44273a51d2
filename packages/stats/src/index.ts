export { binnedRocAuc } from './binned-scores.ts';
export {
  type BlockSums,
  effectiveRows,
  estimateOf,
  jackknife,
  mergeBlocks,
  sliceBlocks,
  totalOf,
} from './block-sums.ts';
export {
  type BlockMetric,
  type Blocks,
  drawBlocks,
  type Interval,
  numberBlocks,
  percentileInterval,
} from './blocks.ts';
export { chiSquareHomogeneity } from './chi-square.ts';
export { proportionSequence, sequenceMultiplier, sequenceP } from './confidence-sequence.ts';
export { adjustForCovariate } from './cuped.ts';
export { precisionRecallCurve, rocCurve } from './curves.ts';
export { jensenShannonDistance } from './jensen-shannon.ts';
export { binnedKolmogorovSmirnov, kolmogorovSmirnovP } from './kolmogorov-smirnov.ts';
export { type Moments, momentsOf } from './moments.ts';
export { brier, brierSums, logLoss, logLossSums } from './probability-scores.ts';
export { quantile } from './quantile.ts';
export { areasByBlock, prAuc, rocAuc } from './ranked-areas.ts';
export { type Ranking, rankByScore, splitRanking } from './ranking.ts';
export { fitLine, lossOfLine, unchanged } from './recalibration.ts';
export { calibrationErrorSums, expectedCalibrationError, reliability } from './reliability.ts';
export { type RowSums, sumsByBlock } from './row-sums.ts';
export { sampleRatioP } from './sample-ratio.ts';
export { inflationForLooks, planMeans, planProportions, type SampleSize } from './sample-size.ts';
export type { Labels, Scores } from './scored-rows.ts';
export { pool, poolNeighbours, poolRareCategories, sharesOf } from './shares.ts';
export { stabilityError } from './stability-error.ts';
export { stabilityIndex, stabilityNoise } from './stability-index.ts';
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
export { type Comparison, compareMeans, compareProportions, differenceError } from './two-samples.ts';
export { binnedWasserstein } from './wasserstein.ts';
export { wilsonInterval } from './wilson.ts';

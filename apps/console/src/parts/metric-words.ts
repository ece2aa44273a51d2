// What metrics are called, and which way is better. One that is not known here keeps the name it was given.

interface MetricWords {
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

const known: Readonly<Record<string, MetricWords>> = {
  rocAuc: { name: 'ROC-AUC', better: 'higher' },
  prAuc: { name: 'PR-AUC', better: 'higher' },
  logLoss: { name: 'Log loss', better: 'lower' },
  brier: { name: 'Brier score', better: 'lower' },
  ece: { name: 'Calibration error (ECE)', better: 'lower' },
  trainingLoss: { name: 'Training loss', better: 'lower' },
  validationLoss: { name: 'Validation loss', better: 'lower' },
};

export function metricName(metric: string): string {
  return known[metric]?.name ?? metric;
}

/** Undefined where it is not known. */
export function betterWay(metric: string): 'higher' | 'lower' | undefined {
  return known[metric]?.better;
}

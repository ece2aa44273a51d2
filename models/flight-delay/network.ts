// The network: 24 numbers and two airports in, one probability out.

import type { InputDefinition, NetworkDefinition } from '@flightdeck/training';

const standard = { kind: 'standard', log1p: false, clip: 6 } as const;
const number: InputDefinition = { kind: 'number', encodings: [standard] };
const count: InputDefinition = { kind: 'number', encodings: [{ ...standard, log1p: true }] };
const airport: InputDefinition = { kind: 'embedding', dimensions: 8, minimumRows: 20 };

export const network: NetworkDefinition = {
  inputs: {
    minute_of_day: { kind: 'number', encodings: [standard, { kind: 'cyclic', period: 1440 }] },
    weekday: { kind: 'number', encodings: [{ kind: 'one-hot', values: [1, 2, 3, 4, 5, 6, 7] }] },
    distance: count,
    origin_out_delay_1h: number,
    origin_in_delay_1h: number,
    destination_in_delay_1h: number,
    destination_in_delay_24h: number,
    route_delay_24h: number,
    due_in_30_to_6: count,
    due_now: count,
    due_6_to_15_ago: count,
    due_16_to_30_ago: count,
    due_31_to_60_ago: count,
    due_61_to_120_ago: count,
    due_121_to_240_ago: count,
    left_at_this_minute: count,
    late_at_this_minute: number,
    overdue_15m: number,
    overdue_30m: number,
    overdue_1h: number,
    overdue_90m: number,
    overdue_2h: number,
    overdue_3h: number,
    overdue_4h: number,
    origin: airport,
    destination: airport,
  },
  hidden: [64, 32],
  dropout: 0,
  l2: 1e-5,
  batchSize: 1024,
  epochs: 4,
  patience: 2,
  learningRate: { peak: 0.005, warmup: 0.05, floor: 0.02 },
};

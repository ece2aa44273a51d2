// The network: 21 numbers and two airports in, one probability out.

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
    route_slot_late_28d: number,
    origin_hour_late_28d: number,
    route_delay_28d: number,
    origin_out_late_1h: number,
    origin_out_delay_1h: number,
    origin_in_late_1h: number,
    origin_in_delay_1h: number,
    destination_in_late_1h: number,
    destination_in_delay_1h: number,
    destination_out_late_1h: number,
    destination_out_delay_1h: number,
    origin_out_delay_24h: number,
    destination_in_delay_24h: number,
    route_delay_24h: number,
    national_late_1h: number,
    departures_origin_1h: count,
    departures_to_destination_1h: count,
    under_way_to_destination: count,
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

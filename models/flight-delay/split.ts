// January 1 to 14 only fills the windows. May and June are kept for live traffic.

import type { TimeSplit } from '@flightdeck/dataset';

export const split: TimeSplit = {
  train: '2001-01-15',
  validation: '2001-04-01',
  test: '2001-04-15',
  end: '2001-05-01',
};

// January 1 to 14 only fills the windows. May and June are kept for live traffic. On April 1 the timetables change, and the features, which
// know them from two weeks of flights, are less sure for some days: those are trained on, so that what calibrates is like what follows.

import type { TimeSplit } from '@flightdeck/dataset';

export const split: TimeSplit = {
  train: '2001-01-15',
  validation: '2001-04-05',
  test: '2001-04-15',
  end: '2001-05-01',
};

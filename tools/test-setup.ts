// Properties draw the same examples at every run, so that a test that is green here is green for everybody; the nightly workflow draws
// others, with PROPERTY_SEED. A failure prints its seed.

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });

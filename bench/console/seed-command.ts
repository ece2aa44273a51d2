// npm run seed -- FOLDER: a state directory with 1,000 versions, 10,000 runs and 1,000,000 predictions, made of what the demo has left.
// Look at it with FLIGHTDECK_HOME=FOLDER npm start.

import { parseArgs } from 'node:util';
import { FlightdeckError, repositoryRoot } from '@flightdeck/core';
import { timed } from '../measure.ts';
import { demoHome, seedKit } from './seed.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: demoHome(repositoryRoot, process.env.FLIGHTDECK_HOME) },
    versions: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '10000' },
    predictions: { type: 'string', default: '1000000' },
  },
});
const [into] = positionals;

try {
  if (into === undefined)
    throw new FlightdeckError('FOLDER_MISSING', 'Name the new state directory: npm run seed -- FOLDER.');
  const sizes = {
    versions: Number(values.versions),
    runs: Number(values.runs),
    predictions: Number(values.predictions),
  };
  const { seconds, result } = await timed(() =>
    seedKit({ from: values.from, into, sizes, tell: console.log }),
  );
  const { versions, runs, predictions } = result;
  console.log(
    `${into}: ${versions} versions, ${runs} runs, ${predictions} predictions in ${Math.round(seconds)} s.`,
  );
} catch (error) {
  console.error(error instanceof FlightdeckError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}

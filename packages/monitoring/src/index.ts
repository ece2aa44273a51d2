export {
  type LoggedAnswer,
  type LogLayout,
  openPredictionLog,
  type PredictionLog,
} from './prediction-log.ts';

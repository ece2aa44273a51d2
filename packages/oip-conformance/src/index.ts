export { reportText } from './report.ts';
export { isBreach, type Result } from './requirement.ts';
export { type ConformanceOptions, runConformance } from './run-conformance.ts';

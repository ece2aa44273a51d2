export { type DatasetDefinition, datasetVersion, type SourceFile } from './definition.ts';
export { type Columns, type Database, identifier, literal, openDatabase } from './duckdb.ts';
export type { Expectation, Severity } from './expectations.ts';
export { type Finding, type IngestedDataset, ingest } from './ingest.ts';
export { boundsOf, type Part, type PartBounds, partCondition, type TimeSplit } from './split.ts';

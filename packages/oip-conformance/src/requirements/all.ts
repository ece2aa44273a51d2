// Every requirement, in the order in which they are checked and listed.

import type { Model } from '../model-under-test.ts';
import type { Requirement } from '../requirement.ts';
import type { Server } from '../server-under-test.ts';
import { binaryInputs } from './binary-input.ts';
import { binaryOutputs } from './binary-output.ts';
import { encodings } from './encodings.ts';
import { binaryRefusalForms, binaryRefusals, refusalForms, refusals, survival } from './errors.ts';
import { modelHealth, serverHealth } from './health.ts';
import { inferAnswers } from './infer-answers.ts';
import { inferRequests } from './infer-requests.ts';
import { inferRows } from './infer-rows.ts';
import { modelMetadata, serverMetadata, versions } from './metadata.ts';
import { repositoryIndex } from './repository.ts';

export const serverRequirements: readonly Requirement<Server>[] = [
  ...serverHealth,
  ...serverMetadata,
  ...repositoryIndex,
];

export const modelRequirements: readonly Requirement<Model>[] = [
  ...modelHealth,
  ...modelMetadata,
  ...versions,
  ...inferAnswers,
  ...inferRequests,
  ...inferRows,
  ...encodings,
  ...refusals,
  ...refusalForms,
  ...binaryInputs,
  ...binaryOutputs,
  ...binaryRefusals,
  ...binaryRefusalForms,
  ...survival,
];

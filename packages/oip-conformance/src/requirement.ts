// What a requirement is, and how one is judged against a server or a model.

import { Skipped, Unmet } from './outcome.ts';

/**
 * required: the protocol's text says so. extension: the text of an extension says so, and it counts only where the server's metadata
 * lists that extension. recommended: what Triton's clients rely on, or plain HTTP; a server may do otherwise and still conform.
 */
type Level = 'required' | 'extension' | 'recommended';

export interface RequirementName {
  readonly id: string;
  readonly level: Level;
  /** Checked only where the server's metadata lists it. */
  readonly extension?: string;
  readonly sentence: string;
  /** Where the text says so. */
  readonly section: string;
}

export interface Requirement<Subject> extends RequirementName {
  /** Ids without which this one cannot be told from them: when one of them failed, this one is skipped. */
  readonly needs?: readonly string[];
  /** Returns when the requirement is met; throws Unmet or Skipped when not. */
  check(subject: Subject): Promise<void> | void;
}

type Define = <Subject>(
  id: string,
  section: string,
  sentence: string,
  check: Requirement<Subject>['check'],
  more?: Pick<Requirement<Subject>, 'needs' | 'extension'>,
) => Requirement<Subject>;

export const required = ofLevel('required');
export const recommended = ofLevel('recommended');

export function ofExtension(extension: string): Define {
  return (id, section, sentence, check, more) =>
    ofLevel('extension')(id, section, sentence, check, { extension, ...more });
}

function ofLevel(level: Level): Define {
  return (id, section, sentence, check, more) => ({ id, level, sentence, section, check, ...more });
}

type Verdict =
  | { readonly status: 'pass' }
  | { readonly status: 'fail'; readonly expected: string; readonly came: string }
  | { readonly status: 'skipped'; readonly reason: string };

/** `model` is absent where the server as a whole was judged. */
export type Result = RequirementName & { readonly model?: string } & Verdict;

export async function judge<Subject>(
  requirement: Requirement<Subject>,
  subject: Subject,
  extensions: ReadonlySet<string>,
  earlier: readonly Result[],
): Promise<Result> {
  const { extension, needs = [] } = requirement;
  if (extension !== undefined && !extensions.has(extension))
    return skip(requirement, `the server's metadata does not list ${extension}`);
  const missing = earlier.find(({ id, status }) => status === 'fail' && needs.includes(id));
  if (missing) return skip(requirement, `needs ${missing.id}`);
  try {
    await requirement.check(subject);
    return { ...nameOf(requirement), status: 'pass' };
  } catch (error) {
    if (error instanceof Skipped) return skip(requirement, error.message);
    if (error instanceof Unmet) return fail(requirement, error);
    throw error;
  }
}

export function skip(requirement: RequirementName, reason: string): Result {
  return { ...nameOf(requirement), status: 'skipped', reason };
}

export function fail(requirement: RequirementName, { expected, came }: Unmet): Result {
  return { ...nameOf(requirement), status: 'fail', expected, came };
}

function nameOf({ id, level, extension, sentence, section }: RequirementName): RequirementName {
  return { id, level, ...(extension !== undefined && { extension }), sentence, section };
}

/** Whether a result makes a server fail: the protocol's text, or that of an extension that it lists, is broken. */
export function isBreach({ status, level }: Result): boolean {
  return status === 'fail' && level !== 'recommended';
}

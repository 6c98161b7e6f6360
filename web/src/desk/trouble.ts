import { isAborted, Refused } from '../api';
import { words } from './wording';

/** Why something did not work, in words for staff. */
export function trouble(error: unknown): string {
  if (isAborted(error)) return words.tooSlow;
  if (!(error instanceof Refused)) return words.unreachable;
  if (error.problem.status === 401) return words.sessionOver;
  return error.problem.detail;
}

/** What kind of refusal it was: the last part of its stable type. */
export function kindOf(error: unknown): string {
  return error instanceof Refused ? error.problem.type.replace('/problems/', '') : '';
}

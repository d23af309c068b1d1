// What went wrong in a file someone handed us: where, what was expected, and what to do about it.

import type { Problem } from '../contract/calls.ts';

/**
 * One thing that keeps a file from being read: the contract's problem, with the file and what to do about it.
 *
 * `line` and `column` count from 1; a column counts UTF-16 code units, as editors do. `path` is the dotted path of the
 * setting or attribute concerned, empty where there is none. `remedy` is one sentence that says what to do.
 */
export type FileProblem = Problem & {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly remedy: string;
};

/** The message with its remedy, for a window that shows the place itself. */
export const withRemedy = ({ path, line, column, message, remedy }: FileProblem): Problem => ({
  path,
  line,
  column,
  message: `${message}. ${remedy}`,
});

/** One line for a terminal: `axigen.cfg:12:17: maxErrors: expected a whole number. Write ...`. */
export const problemText = (problem: FileProblem): string =>
  `${problem.file}:${problem.line}:${problem.column}: ${problem.path === '' ? '' : `${problem.path}: `}${withRemedy(problem).message}`;

/** Carries a problem out of a parser's depths; it is caught where the parser was entered and becomes a value there. */
export class ProblemFound extends Error {
  readonly problem: FileProblem;

  constructor(problem: FileProblem) {
    super(problemText(problem));
    this.name = 'ProblemFound';
    this.problem = problem;
  }
}

/** Runs a parser and turns the problem it met into a value; anything else it throws is a bug and goes on. */
export const orProblem = <T>(parser: () => T): { readonly value: T } | { readonly error: FileProblem } => {
  try {
    return { value: parser() };
  } catch (thrown) {
    if (thrown instanceof ProblemFound) return { error: thrown.problem };
    throw thrown;
  }
};

// What went wrong in a file someone handed us: where, what was expected, and what to do about it.

/**
 * One thing that keeps a file from being read.
 *
 * `line` and `column` count from 1; a column counts UTF-16 code units, as editors do. `path` is the dotted path of the
 * setting concerned, where there is one. `remedy` is one sentence that says what to do.
 */
export type Problem = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path?: string;
  readonly message: string;
  readonly remedy: string;
};

/** One line a person can act on: `axigen.cfg:12:17: expected ...; write ...`. */
export const problemText = (problem: Problem): string =>
  `${problem.file}:${problem.line}:${problem.column}: ${problem.path === undefined ? '' : `${problem.path}: `}${problem.message}. ${problem.remedy}`;

/** Carries a problem out of a parser's depths; it is caught where the parser was entered and becomes a value there. */
export class ProblemFound extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problemText(problem));
    this.name = 'ProblemFound';
    this.problem = problem;
  }
}

/** Runs a parser and turns the problem it met into a value; anything else it throws is a bug and goes on. */
export const orProblem = <T>(parser: () => T): { readonly value: T } | { readonly error: Problem } => {
  try {
    return { value: parser() };
  } catch (thrown) {
    if (thrown instanceof ProblemFound) return { error: thrown.problem };
    throw thrown;
  }
};

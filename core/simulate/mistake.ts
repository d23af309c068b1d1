// Something in a scenario file that its schema cannot see, told with file, line, column and what to do.
import type { FileProblem } from '../formats/problem.ts';
import { parseYaml } from '../formats/yaml.ts';

type MistakePath = readonly (string | number)[];

export interface Mistake {
  readonly path: MistakePath;
  readonly message: string;
  readonly remedy: string;
}

/** The mistake at its place in the text; a member that is not written counts for the nearest one around it. */
export function placed({ path, message, remedy }: Mistake, yaml: string, file: string): FileProblem {
  const parsed = parseYaml(yaml, file);
  const told = { file, path: path.join('.'), message, remedy };
  if ('errors' in parsed) return { ...told, line: 1, column: 1 };
  for (let length = path.length; length > 0; length -= 1) {
    const node = parsed.document.getIn(path.slice(0, length), true) as
      { readonly range?: readonly number[] } | undefined;
    const offset = node?.range?.[0];
    if (offset === undefined) continue;
    const { line, col } = parsed.lines.linePos(offset);
    return { ...told, line, column: col };
  }
  return { ...told, line: 1, column: 1 };
}

/** A member of a scenario, or of one of its cases, with its place. */
export interface Placed<T> {
  readonly path: MistakePath;
  readonly value: T;
}

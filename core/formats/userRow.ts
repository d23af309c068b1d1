// What a file of users says, line by line, whatever its format: rows to take, and lines that cannot be taken with the reason.

/** A user as a file names it; what the file does not speak of is absent. */
export interface FileUser {
  readonly line: number;
  readonly name: string;
  /** The password itself, or its hash as another server wrote it. */
  readonly secret: { readonly password: string } | { readonly hash: string };
  readonly aliases?: readonly string[];
  readonly enabled?: boolean;
  readonly quota?: number | null;
}

/** A line that cannot be taken; `why` holds no password. */
export interface FileProblem {
  readonly line: number;
  /** Empty where the line has none that can be read. */
  readonly name: string;
  readonly why: string;
}

export type FileRow = FileUser | FileProblem;

/** Rows in the order of the file; a name that stands there again is told as a problem of the later line. */
export function withoutDoubles(rows: readonly FileRow[]): readonly FileRow[] {
  const lines = new Map<string, number>();
  return rows.map((row) => {
    if ('why' in row) return row;
    const first = lines.get(row.name);
    if (first !== undefined) return { line: row.line, name: row.name, why: `the name stands in line ${first} already` };
    lines.set(row.name, row.line);
    return row;
  });
}

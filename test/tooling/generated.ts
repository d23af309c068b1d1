// The files that are written by code from something else in the tree; the gate compares them with what it would write.

export type Generated = {
  /** Path from the root of the repository. */
  readonly file: string;
  /** The whole text; what prettier knows how to format is formatted before it is compared or written. */
  readonly make: () => string | Promise<string>;
};

export const generated: readonly Generated[] = [];

// Closes a union: the compiler says when a case is missing.

/** Ends a switch over a union; throws when a value got past the compiler. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

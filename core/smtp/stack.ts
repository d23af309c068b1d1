// The stack of an error with paths relative to the repository, so that nothing of the machine gets into a journal.
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export function relativeStack(error: unknown): { readonly message: string; readonly stack: string } {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const relative = (text: string) => text.replaceAll(`file://${root}`, '').replaceAll(root, '');
  return { message: relative(message), stack: relative(stack) };
}

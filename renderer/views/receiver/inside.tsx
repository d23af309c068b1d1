// What a closed part of the form says about its inside: errors, and differences from the defaults.
import { Chip } from '../../ui/Chip.tsx';
import { counted } from '../../ui/figures.ts';
import { useDraft } from './draft.ts';
import { differences, type Node, valueAt } from './tree.ts';

/** How many problems are inside a path. */
export function useProblemsInside(path: string): number {
  return useDraft((draft) => {
    let found = 0;
    const isInside = (at: string) => at.startsWith(`${path}.`);
    for (const at of draft.own.keys()) if (isInside(at)) found += 1;
    for (const problem of draft.host) if (isInside(problem.path) && !draft.own.has(problem.path)) found += 1;
    return found;
  });
}

/** How many settings inside a path differ from their defaults. */
export function useDifferencesInside(path: string, node: Node): number {
  return useDraft((draft) =>
    node.fallback === undefined ? 0 : differences(node.fallback, valueAt(draft.settings, path), node).length,
  );
}

/** What a closed part says about its inside. */
export function InsideChips({ path, node }: { readonly path: string; readonly node: Node }) {
  const problems = useProblemsInside(path);
  const own = useDifferencesInside(path, node);
  return (
    <>
      {problems > 0 && (
        <Chip tone="refuse" shape="■">
          {counted(problems, 'error')}
        </Chip>
      )}
      {own > 0 && <Chip tone="open">{counted(own, 'difference')}</Chip>}
    </>
  );
}

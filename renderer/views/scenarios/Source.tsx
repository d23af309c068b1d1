// The YAML of a scenario, to be read: with line numbers, and what is wrong with it in the margin.
import { useEffect, useRef, useState } from 'react';
import type { Problem } from '../../../core/contract/calls.ts';
import { sayError, workbench } from '../../state/workbench.ts';
import type { TextEditor } from '../../ui/textEditor.ts';

interface SourceProps {
  readonly scenario: string;
  readonly problems: readonly Problem[];
  /** A line to go to; each wish is an object of its own. */
  readonly line?: { readonly number: number; readonly column: number } | undefined;
}

export function Source({ scenario, problems, line }: SourceProps) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<TextEditor>(undefined);
  const [isReady, setReady] = useState(false);
  const [error, setError] = useState<string>();
  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    let isGone = false;
    const load = async () => {
      const [{ createYamlEditor }, { yaml }] = await Promise.all([
        import('../receiver/yamlEditor.ts'),
        workbench.call('scenarios.source', { scenario }),
      ]);
      if (isGone) return;
      editor.current = createYamlEditor({ parent, label: `Source of ${scenario}`, text: yaml });
      setReady(true);
    };
    load().catch((failure: unknown) => !isGone && setError(sayError(failure)));
    return () => {
      isGone = true;
      setReady(false);
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, [scenario]);
  useEffect(() => {
    if (isReady) editor.current?.mark(problems);
  }, [problems, isReady]);
  useEffect(() => {
    if (isReady && line) editor.current?.goTo(line.number, line.column);
  }, [line, isReady]);
  return (
    <>
      {error !== undefined && (
        <div className="notice" data-tone="refuse" role="alert">
          The source could not be read: {error}
        </div>
      )}
      <div className="yaml-editor" ref={place} aria-busy={!isReady && error === undefined} />
    </>
  );
}

// The YAML tab: the draft as it would be saved; editing the text edits the draft, and problems are told with their lines.
import { useEffect, useRef, useState } from 'react';
import { counted } from '../../ui/figures.ts';
import { setText, useDraft } from './draft.ts';
import { useSide } from './side.ts';
import type { YamlEditor } from './yamlEditor.ts';

export function YamlPane() {
  const text = useDraft((draft) => draft.text ?? draft.yaml);
  const isTextLeading = useDraft((draft) => draft.text !== undefined);
  const problems = useDraft((draft) => draft.host);
  const formErrors = useDraft((draft) => draft.own.size);
  const isLocked = formErrors > 0;
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<YamlEditor>(undefined);
  const [isReady, setReady] = useState(false);
  const [failure, setFailure] = useState<string>();
  const line = useSide((side) => side.line);

  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    let isGone = false;
    import('./yamlEditor.ts').then(
      ({ createYamlEditor }) => {
        if (isGone) return;
        const { text: leading, yaml } = useDraft.getState();
        editor.current = createYamlEditor({
          parent,
          label: 'Settings as YAML',
          text: leading ?? yaml,
          onType: setText,
        });
        setReady(true);
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isGone = true;
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, []);
  useEffect(() => editor.current?.show(text), [text, isReady]);
  useEffect(() => editor.current?.lock(isLocked), [isLocked, isReady]);
  useEffect(() => editor.current?.mark(isTextLeading ? problems : []), [problems, isTextLeading, isReady]);
  useEffect(() => {
    if (!isReady || line === undefined) return;
    editor.current?.goTo(line.number, line.column);
    useSide.setState({ line: undefined });
  }, [line, isReady]);

  return (
    <div className="yaml-pane">
      {isLocked && (
        <div className="notice" data-tone="defer" role="status">
          The form has {counted(formErrors, 'error')}: this is what it said before them. Correct the form to edit the
          text.
        </div>
      )}
      {failure !== undefined && (
        <div className="notice" data-tone="refuse" role="alert">
          The editor could not be loaded: {failure}
        </div>
      )}
      <div className="yaml-editor" ref={place} aria-busy={!isReady} />
      {isTextLeading && problems.length > 0 && (
        <ol className="yaml-problems scroll" aria-label="Problems of the text">
          {problems.map((problem, index) => (
            <li key={index}>
              <button
                type="button"
                className="problem"
                onClick={() => editor.current?.goTo(problem.line ?? 1, problem.column ?? 1)}
              >
                <span aria-hidden className="problem-shape">
                  ■
                </span>
                {problem.line !== undefined && <span className="problem-line">line {problem.line}</span>}
                <span>
                  {problem.path !== '' && <span className="mono">{problem.path}: </span>}
                  {problem.message}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

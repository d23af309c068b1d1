// The YAML tab: the draft as it would be saved; editing the text edits the draft, and problems are told with their lines.
import { useEffect } from 'react';
import type { Problem } from '../../../core/contract/calls.ts';
import { counted } from '../../ui/figures.ts';
import { setText, useDraft } from './draft.ts';
import { useSide } from './side.ts';
import { useTextEditor } from '../../ui/useTextEditor.ts';

const load = () => import('./yamlEditor.ts').then(({ createYamlEditor }) => createYamlEditor);

const none: readonly Problem[] = [];

export function YamlPane() {
  const text = useDraft((draft) => draft.text ?? draft.yaml);
  const isTextLeading = useDraft((draft) => draft.text !== undefined);
  const problems = useDraft((draft) => draft.host);
  const formErrors = useDraft((draft) => draft.own.size);
  const isLocked = formErrors > 0;
  const shown = isTextLeading ? problems : none;
  const editor = useTextEditor({ load, label: 'Settings as YAML', text, problems: shown, isLocked, onType: setText });
  const { place, isReady, failure, goTo } = editor;
  const line = useSide((side) => side.line);
  useEffect(() => {
    if (!isReady || line === undefined) return;
    goTo(line.number, line.column);
    useSide.setState({ line: undefined });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- goTo is another one each time
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
              <button type="button" className="problem" onClick={() => goTo(problem.line ?? 1, problem.column ?? 1)}>
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

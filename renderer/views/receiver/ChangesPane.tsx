// The Changes tab: what differs from the applied settings, which listeners restart, and the scenarios it bears on.
import { ArrowRight, Play } from 'lucide-react';
import { useMemo, useState } from 'react';
import { go } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button, Jump } from '../../ui/Button.tsx';
import { CaseChip, Chip } from '../../ui/Chip.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { counted } from '../../ui/figures.ts';
import { useCatalogue } from '../scenarios/catalogue.ts';
import { shownOf, useOutcomes } from '../scenarios/outcomes.ts';
import { outcomeWord } from '../scenarios/words.ts';
import { play } from '../scenarios/run.ts';
import { changeLines } from './changes.ts';
import { isDirty, useDraft } from './draft.ts';
import { useLastApplied } from './lastApplied.ts';
import { useUnsaved } from './SaveBar.tsx';
import { type Mapping, root, touches, withoutPositions } from './tree.ts';

export function ChangesPane() {
  const dirty = useDraft(isDirty);
  const settings = useDraft((draft) => draft.settings);
  const base = useDraft((draft) => draft.base?.settings);
  const restarts = useDraft((draft) => draft.restarts);
  const hasText = useDraft((draft) => draft.text !== undefined);
  const unsaved = useUnsaved();
  const newer = useDraft((draft) => draft.newer?.settings);
  const applied = useLastApplied((state) => state.applied);
  if (!dirty && !applied)
    return (
      <EmptyState title="Nothing is unsaved">
        What you change in the form or in the YAML is listed here before it is applied, with the scenarios it bears on.
      </EmptyState>
    );
  const paths = dirty ? unsaved.map(({ path }) => path) : (applied?.paths ?? []);
  return (
    <div className="scroll side-body" tabIndex={0} role="region" aria-label="Changes">
      {dirty && base ? (
        <>
          <Lines before={base} after={settings} />
          {hasText && unsaved.length === 0 && (
            <p className="muted">Only comments or spacing of the text changed; the settings are the same.</p>
          )}
          {newer && (
            <>
              <h3>Changed elsewhere meanwhile</h3>
              <Lines before={base} after={newer} />
            </>
          )}
          <h3>Listeners</h3>
          <p>
            {restarts.length === 0
              ? 'None restarts. Sessions that are open keep the settings they began with.'
              : `${restarts.join(', ')} will be bound anew; open sessions of it are ended in order.`}
          </p>
        </>
      ) : (
        applied && (
          <>
            <h3>Applied last</h3>
            <Lines before={applied.before} after={applied.after} />
          </>
        )
      )}
      <Touched paths={paths} isApplied={!dirty} />
    </div>
  );
}

/** Lines shown at once; more on request. */
const SHOWN = 300;

function Lines({ before, after }: { readonly before: Mapping; readonly after: Mapping }) {
  const [most, setMost] = useState(SHOWN);
  const lines = useMemo(() => changeLines({ before, after }, root), [before, after]);
  return (
    <>
      <div className="change-lines mono" role="list" aria-label="Lines that differ">
        {lines.slice(0, most).map((line, index) => (
          <div key={index} role="listitem" className="change-line" data-kind={line.kind}>
            <span aria-hidden className="sign">
              {line.kind === 'added' ? '+' : line.kind === 'removed' ? '−' : ' '}
            </span>
            <span className="unseen">{line.kind === 'added' ? 'now: ' : line.kind === 'removed' ? 'was: ' : ''}</span>
            <span style={{ paddingLeft: `${line.depth * 2}ch` }}>
              {line.kind === 'removed' || line.text.trim() === '' ? (
                line.text
              ) : (
                <button
                  type="button"
                  className="change-jump"
                  onClick={() => go({ view: 'receiver', setting: line.path }, true)}
                >
                  {line.text}
                </button>
              )}
            </span>
          </div>
        ))}
      </div>
      {lines.length > most && (
        <Button kind="ghost" onClick={() => setMost(lines.length)}>
          {counted(lines.length - most, 'more line', 'more lines')}
        </Button>
      )}
    </>
  );
}

/** Scenarios whose knobs are among the changed settings, with what they showed last. */
function Touched({ paths, isApplied }: { readonly paths: readonly string[]; readonly isApplied: boolean }) {
  const rows = useCatalogue((catalogue) => catalogue.rows);
  const shown = useOutcomes((outcomes) => outcomes.shown);
  const isPlaying = useWorkbench((state) => state.run?.state === 'running');
  const touched = useMemo(() => {
    const changed = paths.map(withoutPositions);
    return (rows ?? []).filter(({ knobs }) => knobs.some((knob) => changed.some((path) => touches(path, knob))));
  }, [rows, paths]);
  if (!rows) return null;
  return (
    <>
      <div className="side-head">
        <h3>Scenarios this touches</h3>
        <span className="grow" />
        {touched.length > 0 && isApplied && (
          <Button
            icon={Play}
            disabled={isPlaying}
            onClick={() =>
              void play(
                touched.map(({ id }) => id),
                { base: 'mine' },
              )
            }
          >
            Run {touched.length === 1 ? 'it' : `these ${touched.length}`}
          </Button>
        )}
      </div>
      {touched.length === 0 ? (
        <p className="muted">None of the scenarios turns on what changed.</p>
      ) : (
        <ul className="touched">
          {touched.map((row) => {
            const last = shownOf(shown, row, 'mine');
            return (
              <li key={row.id}>
                <Jump to={() => go({ view: 'scenarios', scenario: row.id })} className="link cut">
                  {row.title}
                </Jump>
                <span className="grow" />
                {last?.before !== undefined && last.before !== last.outcome && (
                  <>
                    <CaseChip outcome={last.before} word={outcomeWord(last.before, row.kind)} />
                    <ArrowRight aria-label="then" className="then" />
                  </>
                )}
                {last ? (
                  <CaseChip outcome={last.outcome} word={outcomeWord(last.outcome, row.kind)} />
                ) : (
                  <Chip tone="plain">not run yet</Chip>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {touched.length > 0 && !isApplied && (
        <p className="small muted">Outcomes are those of the settings as applied. Apply, and run them again.</p>
      )}
    </>
  );
}

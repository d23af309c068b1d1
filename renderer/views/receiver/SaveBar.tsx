// The bar under the form while something is unsaved: how much, what is in the way, what Apply will do, and the two ways out.
import { useMemo } from 'react';
import { useCommand } from '../../state/commands.ts';
import { go } from '../../state/place.ts';
import { Button, Jump } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Dialog.tsx';
import { counted } from '../../ui/figures.ts';
import { toast } from '../../ui/Toast.tsx';
import { apply, discard, isDirty, rebase, useDraft } from './draft.ts';
import { allProblems } from './problems.ts';
import { rememberApplied } from './lastApplied.ts';
import { differences, root } from './tree.ts';
import { showSide } from './side.ts';

/** The changes not applied yet. */
export function useUnsaved() {
  const settings = useDraft((draft) => draft.settings);
  const base = useDraft((draft) => draft.base?.settings);
  return useMemo(() => (base ? differences(base, settings, root) : []), [base, settings]);
}

/** Everything wrong with the draft. */
export function useProblems() {
  const own = useDraft((draft) => draft.own);
  const host = useDraft((draft) => draft.host);
  return useMemo(() => allProblems(own, host), [own, host]);
}

export function SaveBar() {
  const dirty = useDraft(isDirty);
  const isText = useDraft((draft) => draft.text !== undefined);
  const { isChecking, isApplying, newer, refusal, restarts } = useDraft();
  const isReadOnly = useDraft((draft) => draft.base?.readOnly === true);
  const unsaved = useUnsaved();
  const problems = useProblems();
  const canApply = dirty && problems.length === 0 && newer === undefined && !isApplying;
  const doApply = () => void applyNow(unsaved.map(({ path }) => path));
  useCommand('receiver.apply', canApply ? doApply : undefined);
  useCommand('receiver.discard', dirty ? () => void discardNow(unsaved.length) : undefined);
  if (!dirty && refusal === undefined) return null;
  const first = problems[0];
  return (
    <section className="save-bar" aria-label="Unsaved changes">
      {newer !== undefined && <Newer />}
      {refusal !== undefined && (
        <div className="notice" data-tone="refuse" role="alert">
          <span aria-hidden className="small">
            ■
          </span>
          <span className="grow">{refusal}. What you changed is still here.</span>
        </div>
      )}
      <div className="save-line">
        <b>{isText && unsaved.length === 0 ? 'The text changed' : counted(unsaved.length, 'change')}</b>
        <span className="save-say" aria-live="polite">
          {first !== undefined ? (
            <button type="button" className="save-errors" onClick={() => showProblem(first.path)}>
              <span aria-hidden>■</span> {counted(problems.length, 'error')} to fix first
            </button>
          ) : isChecking ? (
            <span className="muted">checking …</span>
          ) : (
            <span className="muted">
              {restarts.length === 0
                ? 'applies to new sessions; no listener restarts'
                : `${restarts.length === 1 ? 'listener' : 'listeners'} ${restarts.join(', ')} ${restarts.length === 1 ? 'restarts' : 'restart'}`}
              {isReadOnly && '; in memory only: the file given with --config is never written'}
            </span>
          )}
        </span>
        <Button kind="ghost" onClick={() => void discardNow(unsaved.length)}>
          Discard
        </Button>
        <Button kind="primary" command="receiver.apply" disabled={!canApply} busy={isApplying} onClick={doApply}>
          Apply
        </Button>
      </div>
    </section>
  );
}

/** Shows where a problem is: in the text while that leads, else in the form. */
export function showProblem(path: string): void {
  if (useDraft.getState().text !== undefined || path === '') showSide('yaml');
  if (path !== '') go({ view: 'receiver', setting: path }, true);
}

async function applyNow(paths: readonly string[]): Promise<void> {
  const { base, settings } = useDraft.getState();
  const restarted = await apply();
  if (restarted === undefined) return;
  if (base) rememberApplied({ before: base.settings, after: settings, paths });
  toast(
    'Applied',
    restarted.length === 0
      ? 'New sessions follow it; no listener restarted.'
      : `${restarted.length === 1 ? 'Listener' : 'Listeners'} ${restarted.join(', ')} restarted.`,
  );
}

async function discardNow(changes: number): Promise<void> {
  const isYes = await confirm({
    title: 'Discard what is not applied?',
    about: `${changes === 0 ? 'The changed text' : counted(changes, 'change')} will be gone; the applied settings come back.`,
    act: 'Discard',
    isDangerous: true,
  });
  if (isYes) discard();
}

/** The settings were changed elsewhere while this draft was open. */
function Newer() {
  const isBroken = useDraft((draft) => draft.text !== undefined && draft.host.length > 0);
  const lay = () => {
    const contested = rebase();
    toast(
      'Your changes now stand on the newer settings',
      contested.length === 0
        ? 'Nothing was changed in both places.'
        : `Changed in both places, yours stays: ${contested.slice(0, 5).join(', ')}`,
      contested.length === 0 ? 'ok' : 'defer',
    );
  };
  return (
    <div className="notice" data-tone="defer" role="alert">
      <span aria-hidden className="small">
        ▲
      </span>
      <span className="grow">
        The settings were changed elsewhere meanwhile. What you typed is kept, and cannot be applied over them unseen.{' '}
        <Jump to={() => showSide('changes')}>See the differences</Jump>
      </span>
      <Button disabled={isBroken} title={isBroken ? 'Correct the YAML first' : undefined} onClick={lay}>
        Keep mine, on top of theirs
      </Button>
    </div>
  );
}

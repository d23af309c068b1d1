// The head of a course: how far it is and how it stands, which run is shown, and which one stands beside it.
import { Maximize2, Minimize2, Table2 } from 'lucide-react';
import { go } from '../../../state/place.ts';
import { useWorkbench } from '../../../state/workbench.ts';
import { IconButton, Jump } from '../../../ui/Button.tsx';
import { Chip } from '../../../ui/Chip.tsx';
import { Select } from '../../../ui/Choose.tsx';
import { count, counted } from '../../../ui/figures.ts';
import { baseTitle, type RunBase } from '../run.ts';
import { look, useLookings } from './looking.ts';
import {
  type Change,
  changesBetween,
  isAlike,
  headline,
  isOpen,
  keyOfPlayed,
  nameBeside,
  nameOfRun,
  type Played,
} from './model.ts';
import { PaceControls } from './PaceControls.tsx';
import type { Showing } from './showing.ts';
import { stateLooks } from './words.ts';

const nothing = '';

export function CourseHead({ showing }: { readonly showing: Showing }) {
  const { scenario, played, beside, all, looking } = showing;
  const isWide = useLookings((state) => state.isWide);
  const { tone, shape } = stateLooks[played.state];
  // Until something is known of it the last one stays in sight.
  const isBeginning = useWorkbench(
    ({ run }) =>
      run?.state === 'running' && run.playing.some((key) => key.startsWith(`${scenario} `)) && !all.some(isOpen),
  );
  const others = all.filter((one) => one !== played);
  return (
    <div className="course-head">
      <div className="course-state">
        <Chip tone={tone} shape={shape}>
          {played.state}
        </Chip>
        <span className={isOpen(played) ? 'course-far cut' : 'course-far'} title={headline(played)}>
          {headline(played)}
        </span>
        <span className="unseen" role="status">
          The run is {played.state}.
        </span>
        {isBeginning && (
          <Chip tone="open" shape="●">
            a new run begins
          </Chip>
        )}
        <span className="grow" />
        <IconButton
          icon={Table2}
          label="Show as table"
          aria-pressed={looking.isTable}
          onClick={() => look(scenario, { isTable: !looking.isTable })}
        />
        <IconButton
          icon={isWide ? Minimize2 : Maximize2}
          label="Use the whole view"
          aria-pressed={isWide}
          onClick={() => useLookings.setState({ isWide: !isWide })}
        />
      </div>
      {stoppedBy(played) !== undefined && (
        <p className="small course-stopped">
          {played.state === 'stopped' ? 'Stopped' : 'Ended'} before its time: {stoppedBy(played)}
        </p>
      )}
      {isOpen(played) && <PaceControls />}
      {others.length > 0 && (
        <div className="course-choices">
          <label className="course-choice">
            <span className="muted small">shown</span>
            <Select
              aria-label="Run shown"
              value={looking.shown === undefined ? nothing : keyOfPlayed(played)}
              options={[
                { value: nothing, title: `the newest, ${titleOfRun(all[0] ?? played)}` },
                ...all.map((one) => ({ value: keyOfPlayed(one), title: titleOfRun(one) })),
              ]}
              onChoose={(key) => look(scenario, { shown: key === nothing ? undefined : key })}
            />
          </label>
          <label className="course-choice">
            <span className="muted small">beside</span>
            <Select
              aria-label="Run beside it"
              value={beside ? keyOfPlayed(beside) : nothing}
              title="Its curves are dashed"
              options={[
                { value: nothing, title: 'no other run' },
                ...others.map((one) => ({ value: keyOfPlayed(one), title: nameBeside(one, played) })),
              ]}
              onChoose={(key) => look(scenario, { beside: key === nothing ? undefined : key })}
            />
          </label>
        </div>
      )}
      {beside && <Differs beside={beside} shown={played} />}
      <p className="small muted">
        {nameOfRun(played)} against {baseTitle(played.base as RunBase)}
        {played.case !== '-' && `, case ${played.case}`}, seed {played.seed}:{' '}
        {counted(played.timeline.sessions, 'session')}, {count(played.timeline.kept)} of them kept to be read.
        {others.length === 0 &&
          !isOpen(played) &&
          ' Change a setting that decides it and run it again: both runs can then be seen side by side.'}
      </p>
    </div>
  );
}

const stoppedBy = ({ timeline, why, state }: Played): string | undefined =>
  timeline.stopped ?? (state === 'stopped' ? why : undefined);

function titleOfRun(played: Played): string {
  const parts = [nameOfRun(played), played.base === 'mine' ? '' : played.base, played.case === '-' ? '' : played.case];
  return parts.filter((part) => part !== '').join(', ');
}

/** What differs between the two runs, in words. */
function Differs({ beside, shown }: { readonly beside: Played; readonly shown: Played }) {
  const changes = changesBetween(beside, shown);
  if (changes.length === 0)
    return (
      <p className="small muted">
        Nothing that decides differs between this run and the {nameOfRun(beside)}: their curves are the same.
      </p>
    );
  return (
    <>
      <ul className="differs" aria-label="What differs between the two runs">
        {changes.map((change) => (
          <li key={change.what}>
            <Name change={change} />
            <span>
              was <b className="mono">{change.beside}</b> in the {nameOfRun(beside)} (dashed), is{' '}
              <b className="mono">{change.shown}</b> here
            </span>
          </li>
        ))}
      </ul>
      {isAlike(beside, shown) && (
        <p className="small muted">
          All the same, as many sessions were open at any time in both: something else decides. Look which limits were
          hit.
        </p>
      )}
    </>
  );
}

function Name({ change: { what, isSetting } }: { readonly change: Change }) {
  return isSetting ? (
    <Jump to={() => go({ view: 'receiver', setting: what })} className="link mono">
      {what}
    </Jump>
  ) : (
    <span>{what}</span>
  );
}

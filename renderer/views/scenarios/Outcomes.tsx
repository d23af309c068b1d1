// What came of a scenario under one base at a time: a banner, its cases, what was said, and the sessions it made.
import { useState } from 'react';
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import type { Base, CaseResult } from '../../../core/contract/scenario.ts';
import { go } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Button, Jump } from '../../ui/Button.tsx';
import { CaseChip, OutcomeChip } from '../../ui/Chip.tsx';
import { count, counted, duration, moment } from '../../ui/figures.ts';
import { cancelledText, Cell, standing } from './Cell.tsx';
import { afterwardsOf, basesOf, differenceOf } from './model.ts';
import { casesOf, keyOf, shownOf, useOutcomes } from './outcomes.ts';
import { baseTitle } from './run.ts';
import { DIFFERENCE, Talk } from './Talk.tsx';
import { outcomeWord } from './words.ts';

interface OutcomesProps {
  readonly row: ScenarioRow;
  readonly look: Base | undefined;
  readonly onLook: (base: Base) => void;
}

export function Outcomes({ row, look, onLook }: OutcomesProps) {
  const shown = useOutcomes((outcomes) => outcomes.shown);
  const results = useOutcomes((outcomes) => outcomes.results);
  const settings = useOutcomes((outcomes) => outcomes.settings);
  const run = useWorkbench((state) => state.run);
  const [chosen, setChosen] = useState<string>();
  const bases = basesOf(row);
  const played = bases.filter((base) => shownOf(shown, row, base) !== undefined);
  const at = (base: Base) => shownOf(shown, row, base)?.at ?? 0;
  const latest = played.toSorted((a, b) => at(b) - at(a))[0];
  const base = look !== undefined && bases.includes(look) ? look : (latest ?? 'mine');
  const whole = shownOf(shown, row, base);
  const cases = casesOf(row);
  const keys = cases.map((name) => ({ name, one: shown[keyOf(row.id, name, base)] }));
  const worst = keys.find(({ one }) => one !== undefined && one.why === whole?.why)?.name ?? cases[0] ?? '-';
  const name = chosen !== undefined && cases.includes(chosen) ? chosen : worst;
  const one = shown[keyOf(row.id, name, base)];
  const result = results.get(keyOf(row.id, name, base));
  const isOld = base === 'mine' && whole !== undefined && whole.settings !== settings;
  return (
    <>
      <div className="base-row" role="group" aria-label="Outcome under">
        {bases.map((each) => (
          <button
            key={each}
            type="button"
            className="base-tab"
            aria-pressed={each === base}
            onClick={() => onLook(each)}
          >
            <span className="small">{each === 'mine' ? 'mine' : each}</span>
            <Cell
              row={row}
              base={each}
              shown={shownOf(shown, row, each)}
              state={standing(run, row, each)}
              settings={settings}
            />
          </button>
        ))}
      </div>
      <div aria-live="polite">
        {one ? (
          <Banner row={row} base={base} shown={one} result={result} isOld={isOld} />
        ) : (
          <p className="muted never">
            {standing(run, row, base)
              ? 'It is being played now …'
              : `Not played against ${baseTitle(base)} yet. Run it to see what an attacker hears, and why.`}
          </p>
        )}
      </div>
      {cases.length > 1 && (
        <div className="case-row" role="group" aria-label="Cases">
          {keys.map(({ name: each, one: of }) => (
            <button
              key={each}
              type="button"
              className="case-tab"
              aria-pressed={each === name}
              onClick={() => setChosen(each)}
            >
              <span className="mono">{each}</span>
              {of && <CaseChip outcome={of.outcome} word={outcomeWord(of.outcome, row.kind)} />}
            </button>
          ))}
        </div>
      )}
      {result && <Sessions result={result} />}
      {one && (
        <>
          <h3>What was said</h3>
          {result ? (
            result.lines.length === 0 && one.outcome === 'notApplicable' ? (
              <p className="muted">Nothing: {one.why}.</p>
            ) : (
              <Talk lines={result.lines} afterwards={afterwardsOf(differenceOf(one))} />
            )
          ) : (
            <p className="muted">The talk of this run is no longer here; run it again to read it.</p>
          )}
        </>
      )}
    </>
  );
}

interface BannerProps {
  readonly row: ScenarioRow;
  readonly base: Base;
  readonly shown: NonNullable<ReturnType<typeof shownOf>>;
  readonly result: CaseResult | undefined;
  readonly isOld: boolean;
}

const under = (base: Base) => (base === 'mine' ? 'your settings' : baseTitle(base));

const tones = { held: 'ok', breached: 'refuse', notApplicable: 'quiet', inconclusive: 'defer' } as const;
const shapes = { held: '✓', breached: '■', notApplicable: '–', inconclusive: '▲' } as const;

function Banner({ row, base, shown, result, isOld }: BannerProps) {
  const word = outcomeWord(shown.outcome, row.kind);
  const title = `${word.charAt(0).toUpperCase()}${word.slice(1)} under ${under(base)}`;
  const difference = differenceOf(shown);
  const hasLine = result?.lines.some((line) => !line.ok) === true || (result && afterwardsOf(difference) !== undefined);
  const session = result?.sessions[0];
  return (
    <div className="outcome" data-tone={tones[shown.outcome]}>
      <p>
        <span aria-hidden className="outcome-shape">
          {shapes[shown.outcome]}
        </span>
        <b>{title}</b>
        {shown.gained !== undefined && shown.outcome === 'breached' ? `: ${shown.gained}` : ''}
      </p>
      <p className="small outcome-why">{difference}</p>
      <Agreement row={row} base={base} shown={shown} />
      {shown.cancelled !== undefined && <p className="small">{cancelledText(shown.cancelled)}.</p>}
      <div className="row small">
        {hasLine && <Jump to={showDifference}>Show what differed</Jump>}
        {session !== undefined && shown.outcome !== 'notApplicable' && (
          <Jump to={() => go({ view: 'sessions', session })}>
            {shown.outcome === 'held' ? 'Open its session' : 'Open the session that differed'}
          </Jump>
        )}
        <span className="grow" />
        <span className="outcome-when">
          {moment(shown.at)}, {tookIn(shown)}
          {isOld && '; the settings have changed since'}
        </span>
      </div>
    </div>
  );
}

/** How long it took, and by which clock. */
function tookIn({ ms, world }: BannerProps['shown']): string {
  if (world === 'simulated') return ms < 1 ? 'simulated' : `${duration(ms)} of virtual time, simulated`;
  return `${duration(ms)}${world === undefined ? '' : ', real'}`;
}

/** Whether the same settings showed the same in the other world, where that was played. */
function Agreement({ row, base, shown }: Pick<BannerProps, 'row' | 'base' | 'shown'>) {
  const { other } = shown;
  if (other === undefined || (base === 'mine' && other.settings !== shown.settings)) return null;
  const agrees = other.outcome === shown.outcome;
  return (
    <p className="small outcome-agrees">
      <span aria-hidden>{agrees ? '✓' : '▲'}</span>{' '}
      {agrees
        ? `Both worlds agree: ${outcomeWord(other.outcome, row.kind)} in the ${other.world} world, too.`
        : `The worlds disagree: ${outcomeWord(other.outcome, row.kind)} in the ${other.world} world.`}
    </p>
  );
}

function showDifference(): void {
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const found = document.getElementById(DIFFERENCE);
  found?.scrollIntoView({ block: 'center', behavior: isStill ? 'auto' : 'smooth' });
  found?.focus({ preventScroll: true });
}

/** Sessions named at once. */
const NAMED = 6;

/** The sessions a case made, the one that differed first. */
function Sessions({ result }: { readonly result: CaseResult }) {
  const [most, setMost] = useState(NAMED);
  const { byId } = useWorkbench((state) => state.sessions);
  const differs = result.lines.some((line) => !line.ok);
  const { sessions } = result;
  if (sessions.length === 0) return null;
  return (
    <>
      <h3>
        {counted(sessions.length, 'session')}
        {sessions.length > 1 && differs ? ', the one that differed first' : ''}
      </h3>
      <ul className="session-links">
        {sessions.slice(0, most).map((id) => {
          const row = byId.get(id);
          return (
            <li key={id}>
              <Jump to={() => go({ view: 'sessions', session: id })} className="link mono">
                {row ? row.peer : id}
              </Jump>
              {row && (
                <>
                  <span className="muted">{counted(row.commands, 'line')}</span>
                  <OutcomeChip row={row} />
                  {row.reason !== undefined && (
                    <span className="muted small cut">
                      {row.code} {row.reason}
                    </span>
                  )}
                </>
              )}
            </li>
          );
        })}
      </ul>
      {sessions.length > most && (
        <Button kind="ghost" onClick={() => setMost(most + 100)}>
          {count(sessions.length - most)} more
        </Button>
      )}
    </>
  );
}

// One cell of the matrix: what a scenario showed last under a base, what it is doing now, or what its file expects there.
import { CircleSlash, Timer } from 'lucide-react';
import type { RunState, ScenarioRow } from '../../../core/contract/calls.ts';
import type { Base } from '../../../core/contract/scenario.ts';
import { caseLooks, Chip } from '../../ui/Chip.tsx';
import { moment } from '../../ui/figures.ts';
import { expectedOf } from './model.ts';
import { casesOf, keyOf, type Shown } from './outcomes.ts';
import { baseTitle } from './run.ts';
import { outcomeWord } from './words.ts';

/** Whether the run in progress is at this scenario under this base. */
export function standing(run: RunState | undefined, row: ScenarioRow, base: Base): 'running' | undefined {
  if (run?.state !== 'running') return undefined;
  return casesOf(row).some((name) => run.playing.includes(keyOf(row.id, name, base))) ? 'running' : undefined;
}

export const cancelledText = (at: number): string =>
  `The run of ${moment(at)} was cancelled: this is what the one before it showed`;

interface CellProps {
  readonly row: ScenarioRow;
  readonly base: Base;
  readonly shown: Shown | undefined;
  readonly state: 'running' | 'waiting' | undefined;
  /** Fingerprint of the settings now applied: outcomes of others are dimmed. */
  readonly settings: number;
}

export function Cell({ row, base, shown, state, settings }: CellProps) {
  if (state === 'running')
    return (
      <Chip tone="open" shape="●">
        running
      </Chip>
    );
  if (state === 'waiting') return <span className="small muted">waiting</span>;
  const expected = expectedOf(row, base);
  if (!shown) {
    if (expected === undefined)
      return base === 'mine' ? (
        <span className="faint" title="Not played against your settings yet">
          <span aria-hidden>–</span>
          <span className="unseen">not run</span>
        </span>
      ) : (
        <span className="faint" title={`It names no outcome under ${baseTitle(base)}`}>
          <span className="unseen">does not apply</span>
        </span>
      );
    return (
      <span className="small faint expects" title={`Expected under ${baseTitle(base)}; not played in this window yet`}>
        <span className="unseen">expected: </span>
        {outcomeWord(expected, row.kind)}
      </span>
    );
  }
  const look = caseLooks[shown.outcome];
  // What this host has nothing to play with, such as a Kerberos ticket, is no surprise.
  const isExpected = expected === shown.outcome || shown.outcome === 'notApplicable';
  const isOld = base === 'mine' && shown.settings !== settings;
  const isVirtual = shown.world === 'simulated';
  const when = `Played ${moment(shown.at)} against ${baseTitle(base)}${isVirtual ? ' in the simulated world' : ''}`;
  const title = isOld ? `${when}, as they were then: the settings have changed since` : `${when}. ${shown.why}`;
  return (
    <span className={isOld ? 'old-outcome' : undefined}>
      <Chip tone={isExpected && shown.outcome !== 'held' ? 'quiet' : look.tone} shape={look.shape} title={title}>
        {shown.outcome === 'notApplicable' ? (
          <>
            <span aria-hidden>n/a</span>
            <span className="unseen">not applicable</span>
          </>
        ) : (
          outcomeWord(shown.outcome, row.kind)
        )}
      </Chip>
      {isVirtual && (
        <span className="cell-world" title="In the simulated world">
          <Timer aria-hidden />
          <span className="unseen"> simulated</span>
        </span>
      )}
      {shown.cancelled !== undefined && (
        <span className="cell-world" title={cancelledText(shown.cancelled)}>
          <CircleSlash aria-hidden />
          <span className="unseen">, of the run before; the last was cancelled</span>
        </span>
      )}
      {isOld && <span className="unseen">, under earlier settings</span>}
      {expected !== undefined && !isExpected && (
        <span className="unexpected" title={`Expected: ${outcomeWord(expected, row.kind)}`}>
          !<span className="unseen"> not as expected</span>
        </span>
      )}
    </span>
  );
}

// Loud while time is not real: a run in the simulated world, how far its clock is, and the way to it.
import { Timer } from 'lucide-react';
import type { RunState } from '../../core/contract/calls.ts';
import { spanText } from '../../core/contract/span.ts';
import { isPaced, isPaused } from '../state/pace.ts';
import { go } from '../state/place.ts';
import { useWorkbench } from '../state/workbench.ts';

export function SimulatedPill() {
  const run = useWorkbench((state) => state.run);
  const isOn = run?.state === 'running' && run.simulated !== 'none';
  return (
    <>
      <span className="unseen" role="status">
        {isOn && `${isAll(run) ? 'The world' : 'A part of this run'} is simulated while it is on.`}
      </span>
      {isOn && (
        <button
          type="button"
          className="simulated-pill"
          title={`Peers and time of ${isAll(run) ? 'this run' : 'some scenarios of this run'} are simulated; your own listeners keep real time. Show the run.`}
          onClick={() => go({ view: 'scenarios', ...scenarioOf(run) })}
        >
          <Timer aria-hidden />
          <b>{isAll(run) ? 'Simulated' : 'Partly simulated'}</b>
          {isPaced(run) && (
            <span>
              {spanText(run.clock?.now ?? 0)}
              {isPaused(run) && ', paused'}
            </span>
          )}
        </button>
      )}
    </>
  );
}

const isAll = ({ simulated }: RunState) => simulated === 'all';

/** Whose clock is shown; else the first of those that are played. */
function scenarioOf({ clock, playing: [first] }: RunState): { readonly scenario?: string } {
  const scenario = clock?.scenario ?? first?.split(' ')[0];
  return scenario === undefined ? {} : { scenario };
}

// Loud while time is not real: a run in the simulated world, how far its clock is, and the way to it.
import { Timer } from 'lucide-react';
import type { RunState } from '../../core/contract/calls.ts';
import { spanText } from '../../core/contract/span.ts';
import { isPaced, isPaused } from '../state/pace.ts';
import { go } from '../state/place.ts';
import { useWorkbench } from '../state/workbench.ts';

export function SimulatedPill() {
  const run = useWorkbench((state) => state.run);
  const isOn = run?.state === 'running' && (run.world === 'simulated' || run.pace !== undefined);
  return (
    <>
      <span className="unseen" role="status">
        {isOn && 'The world is simulated while this run is on.'}
      </span>
      {isOn && (
        <button
          type="button"
          className="simulated-pill"
          title="Peers and time of this run are simulated; your own listeners keep real time. Show the run."
          onClick={() => go({ view: 'scenarios', ...scenarioOf(run) })}
        >
          <Timer aria-hidden />
          <b>Simulated</b>
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

function scenarioOf({ playing: [first] }: RunState): { readonly scenario?: string } {
  const scenario = first?.split(' ')[0];
  return scenario === undefined ? {} : { scenario };
}

// The controls of a simulated population that is being played: pause, step, speed, and on to the cursor.
import { ArrowRightToLine, Pause, Play, StepForward } from 'lucide-react';
import { useChoices } from '../../../state/choices.ts';
import { runCommand, useCommand } from '../../../state/commands.ts';
import { chooseSpeed, isPaced, isPaused, movePace, speeds } from '../../../state/pace.ts';
import { usePlace } from '../../../state/place.ts';
import { useWorkbench } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { Select } from '../../../ui/Choose.tsx';
import { count, counted } from '../../../ui/figures.ts';
import { useLooking } from './looking.ts';

export function PaceControls() {
  const isOn = useWorkbench((state) => isPaced(state.run));
  const isHeld = useWorkbench((state) => isPaused(state.run));
  const others = useWorkbench(({ run }) => run?.clock?.others ?? 0);
  // Held, it is the one it will go on with; else the run's, which another window may have chosen.
  const chosen = useChoices((choices) => choices.speed);
  const speed = useWorkbench(({ run }) => (run?.pace?.state === 'running' ? (run.pace.speed ?? 0) : chosen));
  const scenario = usePlace((place) => place.scenario) ?? '';
  const cursor = useLooking(scenario).cursor;
  // The clock itself changes five times a second; whether it has passed the cursor does not.
  const isAhead = useWorkbench(({ run }) => cursor !== undefined && cursor > (run?.clock?.now ?? 0));
  useCommand(
    'scenarios.toCursor',
    isOn && isAhead && cursor !== undefined ? () => void movePace({ action: 'to', at: cursor }) : undefined,
  );
  if (!isOn) return null;
  const known = speeds.map(({ value, title }) => ({ value: String(value), title }));
  const choices = speeds.some(({ value }) => value === speed)
    ? known
    : [...known, { value: String(speed), title: `${count(speed)}x` }];
  return (
    <div className="pace" role="group" aria-label="Time of the run">
      <Button
        kind={isHeld ? 'primary' : 'plain'}
        icon={isHeld ? Play : Pause}
        command="scenarios.pause"
        onClick={() => runCommand('scenarios.pause')}
      >
        {isHeld ? 'Resume' : 'Pause'}
      </Button>
      <Button
        icon={StepForward}
        command="scenarios.step"
        title="On to the next moment at which something happens, and pause there"
        onClick={() => runCommand('scenarios.step')}
      >
        Step
      </Button>
      <Button
        icon={ArrowRightToLine}
        command="scenarios.toCursor"
        disabled={!isAhead}
        title={isAhead ? 'On to the cursor in the charts, and pause there' : 'Put the cursor on a later moment first'}
        onClick={() => runCommand('scenarios.toCursor')}
      >
        Run to cursor
      </Button>
      <label className="course-choice">
        <span className="muted small">speed</span>
        <Select
          aria-label="Speed of the run"
          value={String(speed)}
          options={choices}
          onChoose={(value) => chooseSpeed(Number(value))}
        />
      </label>
      {others > 0 && (
        <span className="small muted">
          {counted(others + 1, 'population')} are played at once: this moves them all.
        </span>
      )}
    </div>
  );
}

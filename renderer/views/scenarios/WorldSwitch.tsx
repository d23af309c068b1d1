// In which world scenarios are played that can be played in both, and the seed of the simulated one.
import { Popover } from '@base-ui/react/popover';
import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { worlds } from '../../../core/contract/scenarioWorld.ts';
import { choose, mostSeed, useChoices } from '../../state/choices.ts';
import { speeds } from '../../state/pace.ts';
import { Button } from '../../ui/Button.tsx';
import { Segments, Select } from '../../ui/Choose.tsx';
import { Field } from '../../ui/Field.tsx';
import { count } from '../../ui/figures.ts';
import { worldAbout } from './worlds.ts';

export function WorldSwitch() {
  const world = useChoices((choices) => choices.world);
  return (
    <span className="row world-switch" title={worldAbout[world]}>
      <Segments
        label="World"
        value={world}
        options={worlds.map((value) => ({ value, title: value }))}
        onChoose={(next) => choose({ world: next })}
      />
      <RunMore />
    </span>
  );
}

/** What is seldom changed about a run. */
function RunMore() {
  const seed = useChoices((choices) => choices.seed);
  const speed = useChoices((choices) => choices.speed);
  return (
    <Popover.Root>
      <Popover.Trigger
        render={
          <Button kind="ghost" icon={SlidersHorizontal} title="Seed and speed of simulated runs">
            <span className="run-more-word">More</span>
          </Button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner className="positioner" sideOffset={6} align="end">
          <Popover.Popup className="popup card run-more">
            <Popover.Title render={<h2 />}>Simulated runs</Popover.Title>
            <p className="muted">
              What can be played in both worlds is played where you say; {worldAbout.simulated.toLowerCase()} Your own
              receiver and its listeners are not touched by either.
            </p>
            <SeedField seed={seed} />
            <Field
              label="Speed of populations"
              help="Runs of many clients over hours or days. It can be changed, paused and stepped while they are on."
            >
              {(control) => (
                <Select
                  {...control}
                  value={String(speed)}
                  options={speeds.map(({ value, title }) => ({ value: String(value), title }))}
                  onChoose={(value) => choose({ speed: Number(value) })}
                />
              )}
            </Field>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function SeedField({ seed }: { readonly seed: number }) {
  const [text, setText] = useState(String(seed));
  const number = seedOf(text);
  const error =
    number === undefined ? `“${text}” is not a seed. Write a whole number from 0 to ${count(mostSeed)}.` : '';
  return (
    <Field
      label="Seed"
      help="Everything that is left to chance in the simulated world follows from it: the same seed gives the same run, byte for byte; another one gives another."
      error={error === '' ? undefined : error}
    >
      {(control) => (
        <input
          {...control}
          className="input"
          inputMode="numeric"
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            const next = seedOf(target.value);
            if (next !== undefined) choose({ seed: next });
          }}
        />
      )}
    </Field>
  );
}

function seedOf(text: string): number | undefined {
  const number = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return number <= mostSeed ? number : undefined;
}

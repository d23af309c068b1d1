// The worlds a scenario can be played in, in words.
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import type { WorldName } from '../../../core/contract/scenarioWorld.ts';

/** `both worlds`, `simulated only`, `real only` */
export function worldWord({ worlds }: Pick<ScenarioRow, 'worlds'>): string {
  const [only] = worlds;
  return worlds.length === 1 && only !== undefined ? `${only} only` : 'both worlds';
}

/** `both worlds`, `simulated only: minutes to days must pass` */
export function worldText(row: Pick<ScenarioRow, 'worlds' | 'because'>): string {
  if (row.because === undefined) return worldWord(row);
  const sentence = row.because.replace(/\.$/, '');
  // A word that is written with capitals inside, such as a name, keeps them.
  return `${worldWord(row)}: ${sentence.replace(/^[A-Z](?=[a-z]+ )/, (letter) => letter.toLowerCase())}`;
}

/** The world a run plays it in when that one is asked for. */
export function worldFor({ worlds }: Pick<ScenarioRow, 'worlds'>, asked: WorldName): WorldName {
  return worlds.includes(asked) ? asked : (worlds[0] ?? asked);
}

export const worldAbout: Readonly<Record<WorldName, string>> = {
  real: 'Loopback sockets and the wall clock of this machine.',
  simulated: 'Connections in memory and a clock that jumps to what happens next: days pass in seconds.',
};

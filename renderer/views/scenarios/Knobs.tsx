// What decides a scenario: its settings, with your values beside those of the hardened and the weak preset.
import { useMemo } from 'react';
import type { ScenarioRow } from '../../../core/contract/calls.ts';
import { presetSettings } from '../../../core/contract/presets.ts';
import type { Settings } from '../../../core/contract/settings/settings.ts';
import { go } from '../../state/place.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { Jump } from '../../ui/Button.tsx';
import { scalar } from '../receiver/changes.ts';
import { differences, isMapping, nodeAt, valuesAt } from '../receiver/tree.ts';
import { hardenedFor } from './model.ts';

export function Knobs({ row }: { readonly row: ScenarioRow }) {
  const mine = useWorkbench((state) => state.settings?.settings);
  const hardened = useMemo(() => presetSettings(hardenedFor(row.role)), [row.role]);
  const weak = useMemo(() => presetSettings('weak'), []);
  if (row.knobs.length === 0) return <p className="muted">No setting decides this: it must hold under any.</p>;
  return (
    <table className="table knobs" aria-label="What decides this">
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">yours</th>
          <th scope="col">hardened</th>
          <th scope="col">weak</th>
        </tr>
      </thead>
      <tbody>
        {row.knobs.map((knob) => {
          const own = mine ? placesOf(mine, knob, row.role) : [];
          const title = nodeAt(own[0]?.path ?? knob)?.meta.title;
          return (
            <tr key={knob}>
              <td>
                <Jump
                  to={() =>
                    go({
                      view: 'receiver',
                      setting: own[0]?.path ?? knob.split('.')[0] ?? knob,
                    })
                  }
                  className="link mono"
                  aria-label={title === undefined ? knob : `${title}, ${knob}`}
                >
                  {knob}
                </Jump>
              </td>
              <td className="mono wrap">{mine ? shown(mine, knob, row.role) : ''}</td>
              <td className="mono wrap muted">{shown(hardened, knob, row.role)}</td>
              <td className="mono wrap muted">{shown(weak, knob, row.role)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The places of a knob; of listeners those of the scenario's role, where there are any. */
function placesOf(settings: Settings, knob: string, role: string) {
  const all = valuesAt(settings, knob);
  if (!knob.startsWith('listeners.')) return all;
  const ofRole = all.filter(({ path }) => settings.listeners[Number(path.split('.')[1])]?.role === role);
  return ofRole.length > 0 ? ofRole : all;
}

function shown(settings: Settings, knob: string, role: string): string {
  const places = placesOf(settings, knob, role);
  const words = places.map(({ path, value }) => {
    if (!isMapping(value)) return scalar(value);
    const node = nodeAt(path);
    const own = node?.fallback === undefined ? 0 : differences(node.fallback, value, node).length;
    return own === 0 ? 'as by default' : `${own} not at the default`;
  });
  return [...new Set(words)].join(' / ') || 'none';
}

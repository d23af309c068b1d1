// The Defaults tab: every setting that differs from its default, with the way to it and back.
import { RotateCcw } from 'lucide-react';
import { useMemo, useState } from 'react';
import { defaults } from '../../../core/contract/settings/settings.ts';
import { go } from '../../state/place.ts';
import { Button, IconButton, Jump } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { counted } from '../../ui/figures.ts';
import { scalar } from './changes.ts';
import { setValue, useDraft } from './draft.ts';
import { type Difference, differences, isMapping, nameOf, nodeAt, root } from './tree.ts';

/** Rows shown at once; more on request. */
const SHOWN = 150;

export function DefaultsPane() {
  const settings = useDraft((draft) => draft.settings);
  const found = useMemo(() => differences(defaults, settings, root), [settings]);
  const [most, setMost] = useState(SHOWN);
  if (found.length === 0)
    return (
      <EmptyState title="Everything is at its default">A fresh workspace answers exactly like this one.</EmptyState>
    );
  return (
    <div className="scroll side-body" tabIndex={0} role="region" aria-label="Differences from the defaults">
      <table className="table defaults">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Here</th>
            <th scope="col">Default</th>
            <th scope="col">
              <span className="unseen">Reset</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, most).map((one) => (
            <tr key={`${one.kind} ${one.path}`}>
              <td>
                <Jump to={() => go({ view: 'receiver', setting: one.path }, true)} className="link mono">
                  {one.path}
                </Jump>
              </td>
              <td className="mono wrap">{hereOf(one)}</td>
              <td className="mono wrap muted">{defaultOf(one)}</td>
              <td>
                {one.kind === 'changed' && (
                  <IconButton
                    icon={RotateCcw}
                    label={`Reset ${nodeAt(one.path)?.meta.title ?? one.path}`}
                    onClick={() => setValue(one.path, one.before)}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > most && (
        <Button kind="ghost" onClick={() => setMost(found.length)}>
          {counted(found.length - most, 'more difference')}
        </Button>
      )}
    </div>
  );
}

const short = (value: unknown) => (isMapping(value) ? nameOf(value) : scalar(value));

function hereOf({ kind, after }: Difference): string {
  if (kind === 'removed') return 'not there';
  return kind === 'moved' ? `${short(after)}, moved` : short(after);
}

function defaultOf({ kind, before }: Difference): string {
  return kind === 'added' ? 'not there' : short(before);
}

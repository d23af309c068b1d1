// What single places of the form show beside their settings: how a listener stands, the known SPF maps.
import { spfMaps } from '../../../core/contract/presets.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { Say } from '../../ui/Field.tsx';
import { counted } from '../../ui/figures.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { setValue, useDraft } from './draft.ts';
import { equal, valueAt } from './tree.ts';

/** What belongs to a path besides its settings. */
export function Extra({ path }: { readonly path: string }) {
  if (path === 'sender.spf.map') return <SpfMaps path={path} />;
  const listener = /^listeners\.(\d+)$/.exec(path);
  return listener ? <ListenerNote index={Number(listener[1])} /> : null;
}

const mapTitles = {
  documented: { title: 'As AXIGEN documents it', about: 'fail is recorded, temperror deferred, permerror refused' },
  wizard: { title: 'As AXIGEN’s wizard writes it', about: 'only fail is refused, everything else recorded' },
} as const;

function SpfMaps({ path }: { readonly path: string }) {
  const value = useDraft((draft) => valueAt(draft.settings, path));
  return (
    <div className="extra row" role="group" aria-label="Known maps of results to actions">
      {(Object.keys(mapTitles) as (keyof typeof mapTitles)[]).map((name) => {
        const isNow = equal(value, spfMaps[name]);
        return (
          <Button
            key={name}
            aria-pressed={isNow}
            title={mapTitles[name].about}
            onClick={() => setValue(path, { ...spfMaps[name] })}
          >
            {mapTitles[name].title}
          </Button>
        );
      })}
      {!Object.values(spfMaps).some((map) => equal(value, map)) && (
        <span className="muted small">a map of your own</span>
      )}
    </div>
  );
}

const tones = { listening: 'ok', failed: 'refuse', disabled: 'quiet', stopped: 'quiet' } as const;
const shapes = { listening: '●', failed: '■', disabled: '–', stopped: '○' } as const;

/** How the listener of that name stands now; nothing for one that is not applied yet. */
export function ListenerChip({ name }: { readonly name: string }) {
  const state = useWorkbench(({ receiver }) => receiver?.listeners.find((one) => one.name === name));
  if (!state) return <Chip tone="open">not applied</Chip>;
  return (
    <Chip tone={tones[state.state]} shape={shapes[state.state]} title={state.error}>
      {state.state}
    </Chip>
  );
}

function ListenerNote({ index }: { readonly index: number }) {
  const name = useDraft((draft) => valueAt(draft.settings, `listeners.${index}.name`));
  const state = useWorkbench(({ receiver }) => receiver?.listeners.find((one) => one.name === name));
  const lab = useDraft((draft) => valueAt(draft.settings, `listeners.${index}.lab`));
  if (!state) return null;
  const { offer, error, bound, wanted, loopback, openSessions } = state;
  return (
    <div className="extra listener-note">
      {state.state === 'listening' && (
        <p className="small muted">
          Bound to <span className="mono">{bound}</span>, {counted(openSessions, 'open session')}.
        </p>
      )}
      {state.state === 'listening' && !loopback && (
        <Say tone="defer" text="Other machines can reach this listener: its lab address is not a loopback address." />
      )}
      {error !== undefined && (
        <div className="listener-error">
          <Say tone="refuse" text={`It is not listening on ${wanted}. ${error}`} />
          {offer !== undefined && (
            <Button disabled={lab === offer} onClick={() => setValue(`listeners.${index}.lab`, offer)}>
              {lab === offer ? `${offer} is in the draft: apply it` : `Use ${offer}`}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

// What single places of the form show beside their settings: how a listener stands, the known maps of results.
import { senderMaps, spfMaps } from '../../../core/contract/presets.ts';
import type { SenderAction } from '../../../core/contract/settings/sender/actions.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { Say } from '../../ui/Field.tsx';
import { counted } from '../../ui/figures.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { setValue, useDraft } from './draft.ts';
import { equal, valueAt } from './tree.ts';

/** What belongs to a path besides its settings. */
export function Extra({ path }: { readonly path: string }) {
  const known = knownMaps[path];
  if (known) return <KnownMaps path={path} known={known} />;
  const listener = /^listeners\.(\d+)$/.exec(path);
  return listener ? <ListenerNote index={Number(listener[1])} /> : null;
}

interface KnownMap {
  readonly title: string;
  readonly about: string;
  readonly map: Readonly<Record<string, SenderAction>>;
}

const documented = 'As AXIGEN documents it';
const wizard = 'As AXIGEN’s wizard writes it';

/** Maps of results to actions that are known of the modelled product, by path. */
const knownMaps: Readonly<Record<string, readonly KnownMap[]>> = {
  'sender.spf.map': [
    {
      title: documented,
      about: 'fail is recorded, temperror deferred, permerror refused',
      map: spfMaps.documented,
    },
    { title: wizard, about: 'only fail is refused, everything else recorded', map: spfMaps.wizard },
  ],
  'sender.reverseDns.map': [
    { title: documented, about: 'everything is recorded', map: senderMaps.documented.reverseDns },
    {
      title: wizard,
      about: 'no name, and no name that leads back, are refused',
      map: senderMaps.wizard.reverseDns,
    },
  ],
  'sender.senderDomain.map': [
    { title: documented, about: 'everything is recorded', map: senderMaps.documented.senderDomain },
    {
      title: wizard,
      about: 'a domain no mail can be written to is refused',
      map: senderMaps.wizard.senderDomain,
    },
  ],
};

function KnownMaps({ path, known }: { readonly path: string; readonly known: readonly KnownMap[] }) {
  const value = useDraft((draft) => valueAt(draft.settings, path));
  return (
    <div className="extra row" role="group" aria-label="Known maps of results to actions">
      {known.map(({ title, about, map }) => (
        <Button key={title} aria-pressed={equal(value, map)} title={about} onClick={() => setValue(path, { ...map })}>
          {title}
        </Button>
      ))}
      {!known.some(({ map }) => equal(value, map)) && <span className="muted small">a map of your own</span>}
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

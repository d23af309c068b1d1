// A red bar on every screen while clients hear wrong answers on purpose, with the way to end it.
import { useState } from 'react';
import { go } from '../state/place.ts';
import { sayError, useWorkbench, workbench } from '../state/workbench.ts';
import { Button, Jump } from '../ui/Button.tsx';
import { toast } from '../ui/Toast.tsx';

/** Names a bar has room for; the form has all of them. */
const NAMED = 3;

export function FaultBar() {
  const names = useWorkbench((state) => state.receiver?.faults);
  const [isBusy, setBusy] = useState(false);
  const switchOff = async () => {
    setBusy(true);
    try {
      await withoutFaults();
    } catch (error) {
      toast('Faults are still on', sayError(error), 'refuse');
    }
    setBusy(false);
  };
  const more = (names?.length ?? 0) - NAMED;
  return (
    <div className="fault-bar-place" role="region" aria-label="Faults">
      {names !== undefined && (
        <div className="fault-bar" role="alert">
          <span aria-hidden className="small">
            ■
          </span>
          <span className="grow cut" title={names.join(', ')}>
            <b>Faults are on.</b> Clients hear wrong answers on purpose: {names.slice(0, NAMED).join(', ')}
            {more > 0 && `, and ${more} more`}.
          </span>
          <Jump to={() => go({ view: 'receiver', setting: 'faults' })}>Show</Jump>
          <Button busy={isBusy} onClick={() => void switchOff()}>
            Switch off
          </Button>
        </div>
      )}
    </div>
  );
}

/** Applies the settings in force with faults off; rules are kept. */
async function withoutFaults(): Promise<void> {
  const { settings, revision } = await workbench.call('settings.get', {});
  const draft = { settings: { ...settings, faults: { ...settings.faults, enabled: false } } };
  const { problems, state } = await workbench.call('settings.apply', { draft, revision });
  const [problem] = problems;
  if (problem) throw new Error(`${problem.path}: ${problem.message}`);
  workbench.took({ settings: state, receiver: await workbench.call('receiver.state', {}) });
}

// The frame: what stands around every view, and the keyboard.
import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect } from 'react';
import { choose } from '../state/choices.ts';
import { commandIds, commandOf, runCommand, useCommand } from '../state/commands.ts';
import { usePaceCommands } from '../state/pace.ts';
import { goToView, usePlace } from '../state/place.ts';
import { sayError, useWorkbench, workbench } from '../state/workbench.ts';
import { Confirmations } from '../ui/Dialog.tsx';
import { toast, Toasts } from '../ui/Toast.tsx';
import { views } from '../views/views.ts';
import { FaultBar } from './FaultBar.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { Notices } from './Notices.tsx';
import { Palette } from './Palette.tsx';
import { Rail } from './Rail.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TopBar } from './TopBar.tsx';

export function Frame() {
  const view = usePlace((place) => place.view);
  const workspace = useWorkbench((state) => state.info?.workspace);
  const shown = views.find(({ id }) => id === view) ?? views[0];
  useKeyboard();
  useMenuCommands();
  useFrameCommands();
  usePaceCommands();
  useEffect(() => {
    document.title = [shown?.title, workspace, 'Gatehouse'].filter((part) => part !== undefined).join(' · ');
  }, [shown, workspace]);
  return (
    <Tooltip.Provider delay={500}>
      <div className="frame">
        <TopBar />
        <FaultBar />
        <Notices />
        <Rail />
        <main className="view" id="view" aria-label={shown?.title}>
          {shown && <shown.component />}
        </main>
        <StatusLine />
      </div>
      <Palette />
      <KeysDialog />
      <Confirmations />
      <Toasts />
    </Tooltip.Provider>
  );
}

const typing = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]';

/** What keeps its keys to itself, as long as it is not on its way out. */
const layers = ':is([role=dialog], [role=alertdialog], [role=menu]):not([data-closed])';

/** One listener for all shortcuts; a dialog or menu that is open keeps its keys to itself. */
function useKeyboard(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const target = event.target instanceof Element ? event.target : undefined;
      if (target?.closest(layers)) return;
      const id = commandOf(event, target?.matches(typing) === true);
      if (id === undefined) return;
      event.preventDefault();
      runCommand(id);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

/** The desktop's menu asks for commands by their names. */
function useMenuCommands(): void {
  useEffect(() => {
    const hear = (event: MessageEvent<unknown>) => {
      const asked = event.data as { readonly gatehouse?: unknown; readonly name?: unknown } | null;
      if (event.source !== window || typeof asked !== 'object' || asked?.gatehouse !== 'command') return;
      const id = commandIds.find((one) => one === asked.name);
      if (id !== undefined) runCommand(id);
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, []);
}

function has(view: string) {
  return views.some(({ id }) => id === view);
}

function useFrameCommands(): void {
  const isRunning = useWorkbench((state) => state.receiver?.running);
  const isPlaying = useWorkbench((state) => state.run?.state === 'running');
  useCommand('view.sessions', () => goToView('sessions'));
  useCommand('view.scenarios', has('scenarios') ? () => goToView('scenarios') : undefined);
  useCommand('view.receiver', has('receiver') ? () => goToView('receiver') : undefined);
  useCommand('view.messages', () => goToView('messages'));
  useCommand('receiver.start', isRunning === false ? () => void startReceiver() : undefined);
  useCommand('receiver.stop', isRunning === true ? () => void stopReceiver() : undefined);
  useCommand('scenarios.cancel', isPlaying ? () => void cancelRun() : undefined);
  useCommand('window.light', () => choose({ theme: 'light' }));
  useCommand('window.dark', () => choose({ theme: 'dark' }));
  useCommand('window.system', () => choose({ theme: 'system' }));
  useCommand('window.nextPane', () => walkPanes(1));
  useCommand('window.lastPane', () => walkPanes(-1));
}

async function startReceiver(): Promise<void> {
  await attempt('Not listening', async () => workbench.took({ receiver: await workbench.call('receiver.start', {}) }));
}

async function stopReceiver(): Promise<void> {
  await attempt('Still listening', async () => workbench.took({ receiver: await workbench.call('receiver.stop', {}) }));
}

async function cancelRun(): Promise<void> {
  await attempt('The run was not cancelled', async () => workbench.call('scenarios.cancel', {}));
}

async function attempt(failed: string, deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    toast(failed, sayError(error), 'refuse');
  }
}

/** Puts the focus into the next pane: into what has it there, or the pane itself. */
function walkPanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.offsetParent !== null);
  if (panes.length === 0) return;
  const now = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(now + step + panes.length) % panes.length];
  const inside = next?.querySelector<HTMLElement>('[data-pane-focus]');
  (inside ?? next)?.focus();
}

// The one list of commands: names and shortcuts for menus, palette, tooltips and keyboard; views lend the deeds.
import { useEffect, useRef } from 'react';
import { create } from 'zustand';

export interface Command {
  readonly title: string;
  readonly group: 'Go' | 'Receiver' | 'Sessions' | 'Messages' | 'Scenarios' | 'Window';
  /** `Ctrl+K`, `/`, `Shift+F6`; Ctrl means Cmd on a Mac. Plain characters work outside of text fields only. */
  readonly keys?: string;
}

export const commands = {
  'view.sessions': { title: 'Sessions', group: 'Go', keys: 'Ctrl+1' },
  'view.scenarios': { title: 'Scenarios', group: 'Go', keys: 'Ctrl+2' },
  'view.receiver': { title: 'Receiver', group: 'Go', keys: 'Ctrl+3' },
  'view.messages': { title: 'Messages', group: 'Go', keys: 'Ctrl+4' },

  'receiver.start': { title: 'Start listening', group: 'Receiver' },
  'receiver.stop': { title: 'Stop listening', group: 'Receiver' },
  'receiver.apply': { title: 'Apply the changed settings', group: 'Receiver', keys: 'Ctrl+S' },
  'receiver.discard': { title: 'Discard the changed settings', group: 'Receiver' },
  'receiver.import': { title: 'Import settings …', group: 'Receiver' },
  'receiver.login': { title: 'Try a login …', group: 'Receiver' },
  'receiver.export': { title: 'Export settings …', group: 'Receiver' },

  'list.filter': { title: 'Filter the list', group: 'Sessions', keys: '/' },
  'sessions.test': { title: 'Send a test message …', group: 'Sessions', keys: 't' },
  'sessions.follow': { title: 'Follow new sessions', group: 'Sessions', keys: 'f' },
  'sessions.log': { title: 'Show or hide the log', group: 'Sessions', keys: 'l' },
  'sessions.raw': { title: 'Show raw bytes', group: 'Sessions', keys: 'r' },
  'sessions.copy': { title: 'Copy the transcript', group: 'Sessions', keys: 'c' },
  'sessions.layout': { title: 'Put the list beside or above the transcript', group: 'Sessions' },
  'sessions.clear': { title: 'Clear all sessions …', group: 'Sessions' },

  'messages.save': { title: 'Save the message as .eml', group: 'Messages', keys: 'Ctrl+S' },
  'messages.session': { title: 'Show the session of the message', group: 'Messages' },
  'messages.clear': { title: 'Clear all messages …', group: 'Messages' },

  'scenarios.run': { title: 'Run the selected scenario', group: 'Scenarios', keys: 'Ctrl+Enter' },
  'scenarios.runAll': { title: 'Run all scenarios', group: 'Scenarios', keys: 'Ctrl+Shift+Enter' },
  'scenarios.runPaused': { title: 'Run the selected population, paused at its beginning', group: 'Scenarios' },
  'scenarios.cancel': { title: 'Cancel the run', group: 'Scenarios' },
  'scenarios.pause': { title: 'Pause or resume the time of the run', group: 'Scenarios', keys: 'p' },
  'scenarios.step': { title: 'Step to the next event of the run', group: 'Scenarios', keys: '.' },
  'scenarios.fast': { title: 'Run on as fast as it can', group: 'Scenarios' },
  'scenarios.toCursor': { title: 'Run on to the cursor and pause there', group: 'Scenarios', keys: '>' },
  'scenarios.simulated': { title: 'Play scenarios in the simulated world', group: 'Scenarios' },
  'scenarios.real': { title: 'Play scenarios in the real world', group: 'Scenarios' },

  palette: { title: 'Find a command', group: 'Window', keys: 'Ctrl+K' },
  'window.keys': { title: 'Keyboard shortcuts', group: 'Window', keys: '?' },
  'window.nextPane': { title: 'Next pane', group: 'Window', keys: 'F6' },
  'window.lastPane': { title: 'Pane before', group: 'Window', keys: 'Shift+F6' },
  'window.light': { title: 'Light theme', group: 'Window' },
  'window.dark': { title: 'Dark theme', group: 'Window' },
  'window.system': { title: 'Theme of the system', group: 'Window' },
} as const satisfies Record<string, Command>;

export type CommandId = keyof typeof commands;

export const commandIds = Object.keys(commands) as readonly CommandId[];

/** The shortcut of a command, if it has one. */
export function keysOf(id: CommandId): string | undefined {
  return (commands[id] as Command).keys;
}

/** The deeds now lent: what is not in here cannot be done where the person is. */
export const useDeeds = create<Partial<Record<CommandId, () => void>>>(() => ({}));

/** Lends the deed of a command while the component is there; `undefined` while it cannot be done. */
export function useCommand(id: CommandId, deed: (() => void) | undefined): void {
  const latest = useRef(deed);
  useEffect(() => {
    latest.current = deed;
  });
  const isLent = deed !== undefined;
  useEffect(() => {
    if (!isLent) return undefined;
    const run = () => latest.current?.();
    useDeeds.setState({ [id]: run });
    return () => {
      if (useDeeds.getState()[id] === run) useDeeds.setState({ [id]: undefined });
    };
  }, [id, isLent]);
}

/** Does a command, if someone has lent the deed. */
export function runCommand(id: CommandId): void {
  useDeeds.getState()[id]?.();
}

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Whether a key press is that shortcut. */
export function isPressed(keys: string, event: Pressed): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const wants = (name: string) => parts.slice(0, -1).includes(name);
  const isPlain = key.length === 1 && !/[a-z0-9]/i.test(key);
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === wants('Ctrl') &&
    event.altKey === wants('Alt') &&
    // Characters such as ? need Shift on some keyboards and not on others.
    (isPlain || event.shiftKey === wants('Shift'))
  );
}

/** The command a key press means where the person is; commands nobody lends are passed over. */
export function commandOf(event: Pressed, isTyping: boolean): CommandId | undefined {
  const deeds = useDeeds.getState();
  return commandIds.find((id) => {
    const keys = keysOf(id);
    if (keys === undefined || deeds[id] === undefined || !isPressed(keys, event)) return false;
    return !isTyping || keys.includes('Ctrl+') || /^(Shift\+)?F\d/.test(keys);
  });
}

// The top bar: whose workspace this is, what is listening, start and stop, and the way to every command.
import { Monitor, Moon, MoreHorizontal, Sun } from 'lucide-react';
import icon from '../icon.svg';
import { choose, type Theme, themes, useChoices } from '../state/choices.ts';
import { runCommand } from '../state/commands.ts';
import { useWorkbench } from '../state/workbench.ts';
import { Button, IconButton } from '../ui/Button.tsx';
import { Menu } from '../ui/Menu.tsx';
import { ListeningPill } from './ListeningPill.tsx';
import { SimulatedPill } from './SimulatedPill.tsx';

const themeIcons = { system: Monitor, light: Sun, dark: Moon } as const;
const themeTitles: Readonly<Record<Theme, string>> = { system: 'Theme of the system', light: 'Light', dark: 'Dark' };

export function TopBar() {
  const info = useWorkbench((state) => state.info);
  const isRunning = useWorkbench((state) => state.receiver?.running);
  const theme = useChoices((choices) => choices.theme);
  return (
    <header className="top">
      <div className="top-part">
        <h1 className="brand">
          <img src={icon} alt="" />
          Gatehouse
        </h1>
        <span className="muted cut" title={info?.path}>
          {info?.workspace}
        </span>
        <SimulatedPill />
      </div>
      <div className="top-part">
        <ListeningPill />
        {isRunning !== undefined && (
          <Button onClick={() => runCommand(isRunning ? 'receiver.stop' : 'receiver.start')}>
            {isRunning ? 'Stop' : 'Start'}
          </Button>
        )}
      </div>
      <div className="top-part">
        <Button kind="ghost" command="palette" onClick={() => runCommand('palette')}>
          <span className="narrow-unseen">Find a command</span>
        </Button>
        <Menu
          trigger={<IconButton icon={themeIcons[theme]} label="Theme" />}
          entries={[
            {
              kind: 'choice',
              label: 'Theme',
              value: theme,
              options: themes.map((value) => ({ value, title: themeTitles[value] })),
              run: (value) => choose({ theme: value as Theme }),
            },
          ]}
        />
        <Menu
          trigger={<IconButton icon={MoreHorizontal} label="More" />}
          entries={[
            {
              kind: 'action',
              title: 'Keyboard shortcuts',
              command: 'window.keys',
              run: () => runCommand('window.keys'),
            },
            { kind: 'line' },
            { kind: 'label', title: info ? `Gatehouse ${info.version}, ${info.path}` : 'Gatehouse' },
          ]}
        />
      </div>
    </header>
  );
}

// Toasts: short news in the corner, announced politely, gone by themselves; errors stay until they are closed.
import { Toast as Base } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { IconButton } from './Button.tsx';

const manager = Base.createToastManager();

type ToastTone = 'ok' | 'defer' | 'refuse' | 'open';

/** Shows news; `about` says more in a second line. */
export function toast(title: string, about?: string, tone: ToastTone = 'ok'): void {
  manager.add({
    title,
    description: about,
    type: tone,
    timeout: tone === 'refuse' ? 0 : 5000,
    priority: tone === 'refuse' ? 'high' : 'low',
  });
}

/** Where toasts appear; once in the frame. */
export function Toasts() {
  return (
    <Base.Provider toastManager={manager} limit={4}>
      <Base.Portal>
        <Base.Viewport className="toasts">
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList() {
  const { toasts, close } = Base.useToastManager();
  return toasts.map((one) => (
    <Base.Root key={one.id} toast={one} className="toast" data-tone={one.type}>
      <Base.Content className="toast-content">
        <Base.Title className="toast-title" />
        <Base.Description className="muted" />
        <IconButton icon={X} label="Close" onClick={() => close(one.id)} />
      </Base.Content>
    </Base.Root>
  ));
}

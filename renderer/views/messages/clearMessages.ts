// Clears the accepted messages, after asking.
import { sayError, workbench } from '../../state/workbench.ts';
import { confirm } from '../../ui/Dialog.tsx';
import { counted } from '../../ui/figures.ts';
import { toast } from '../../ui/Toast.tsx';

/** Asks, then removes all accepted messages. */
export async function clearMessages(): Promise<void> {
  const { total } = workbench.store.getState().messages;
  const isSure = await confirm({
    title: 'Clear all messages?',
    about:
      'Their bytes are removed from the workspace and cannot be brought back. The sessions that brought them stay.',
    act: `Clear ${counted(total, 'message')}`,
    isDangerous: true,
  });
  if (!isSure) return;
  try {
    const { removed } = await workbench.call('messages.clear', {});
    toast(`${counted(removed, 'message')} cleared`);
  } catch (error) {
    toast('Nothing was cleared', sayError(error), 'refuse');
  }
}

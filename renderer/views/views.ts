// The views: one line each, in the order a person works; rail, palette and Ctrl+1 ... follow this list.
import { FlaskConical, ListTree, Mail, SlidersHorizontal, type LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { CommandId } from '../state/commands.ts';
import type { ViewId } from '../state/place.ts';
import { MessagesView } from './messages/MessagesView.tsx';
import { ReceiverView } from './receiver/ReceiverView.tsx';
import { ScenariosView } from './scenarios/ScenariosView.tsx';
import { SessionsView } from './sessions/SessionsView.tsx';

export interface View {
  readonly id: ViewId;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly command: CommandId;
  readonly component: ComponentType;
}

export const views: readonly View[] = [
  { id: 'sessions', title: 'Sessions', icon: ListTree, command: 'view.sessions', component: SessionsView },
  { id: 'scenarios', title: 'Scenarios', icon: FlaskConical, command: 'view.scenarios', component: ScenariosView },
  { id: 'receiver', title: 'Receiver', icon: SlidersHorizontal, command: 'view.receiver', component: ReceiverView },
  { id: 'messages', title: 'Messages', icon: Mail, command: 'view.messages', component: MessagesView },
];

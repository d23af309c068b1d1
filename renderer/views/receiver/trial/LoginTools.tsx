// What stands at the head of the page of authentication: trying a login, and the way to the users.
import { LogIn, UserRound } from 'lucide-react';
import { go } from '../../../state/place.ts';
import { Button } from '../../../ui/Button.tsx';
import { openTrial } from './trial.ts';

export function LoginTools() {
  return (
    <>
      <Button icon={UserRound} onClick={() => go({ view: 'receiver', setting: 'users' })}>
        Users
      </Button>
      <Button icon={LogIn} onClick={() => openTrial()}>
        Try a login
      </Button>
    </>
  );
}

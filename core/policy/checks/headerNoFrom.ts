// Check `header-no-from`: does the message say at all whom it is from?
import { headerRule } from '../messageWork.ts';

export const headerNoFrom = headerRule({
  name: 'header-no-from',
  title: 'no From field',
  leaf: 'noFrom',
  reasons: { refuse: 'header-from', defer: 'header-later' },
});

// The rail on the left: the views, in the order a person works.
import { keysOf } from '../state/commands.ts';
import { goToView, usePlace } from '../state/place.ts';
import { Tip } from '../ui/Button.tsx';
import { views } from '../views/views.ts';

export function Rail() {
  const view = usePlace((place) => place.view);
  return (
    <nav className="rail" aria-label="Views">
      {views.map(({ id, title, icon: Icon, command }) => (
        <Tip key={id} label={title} keys={keysOf(command)}>
          <button type="button" aria-current={id === view ? 'page' : undefined} onClick={() => goToView(id)}>
            <Icon aria-hidden />
            {title}
          </button>
        </Tip>
      ))}
    </nav>
  );
}

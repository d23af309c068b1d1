// Where the window begins: styles, theme, the connection to the host, and the frame.
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './style/tokens.css';
import './style/base.css';
import './style/kit.css';
import './style/text.css';
import './style/layers.css';
import './style/list.css';
import './style/frame.css';
import './style/world.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Frame } from './frame/Frame.tsx';
import { applyTheme } from './state/choices.ts';
import { isDesktop, openMessagePort } from './state/messagePort.ts';
import { openWebPort, takeToken } from './state/webPort.ts';
import { workbench } from './state/workbench.ts';

applyTheme();

if (isDesktop()) workbench.start(openMessagePort);
else {
  const token = takeToken();
  workbench.start(() =>
    token === undefined
      ? Promise.reject(
          new Error(
            'This page was opened without its token. Open the address that the workbench printed when it started.',
          ),
        )
      : openWebPort(token),
  );
}

const root = document.getElementById('window');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Frame />
    </StrictMode>,
  );
}

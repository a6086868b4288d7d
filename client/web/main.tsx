import { render } from 'preact';
import { App } from './state/app.ts';
import { AppView } from './views/app-view.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element with the id root.');
root.replaceChildren();

const app = new App();
render(<AppView app={app} />, root);
// The browser closes a page's connections with a code that the room takes for a logout.
addEventListener('pagehide', () => app.suspend());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') app.chat.peek()?.look();
});
await app.start();

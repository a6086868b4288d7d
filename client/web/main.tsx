import { render } from 'preact';
import { App } from './state/app.ts';
import { registerServiceWorker } from './state/service-worker.ts';
import { AppView } from './views/app-view.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element with the id root.');
root.replaceChildren();

const app = new App();
render(<AppView app={app} />, root);
// Acknowledges what was shown, and closes without a logout.
addEventListener('pagehide', () => app.suspend());
// A page that the browser has kept goes on as after a reload.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
addEventListener('online', () => app.retry());
addEventListener('beforeunload', (event) => {
  // A transfer ends with the page.
  if (app.chat.peek()?.transfers.areRunning) event.preventDefault();
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') app.chat.peek()?.look();
});
await app.start();
await registerServiceWorker();

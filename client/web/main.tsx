import { render } from 'preact';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element with the id root.');
root.replaceChildren();
render(<main>Chat room</main>, root);

/** Opens the browser's dialog for files. */
export function chooseFiles(chosen: (files: readonly File[]) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => chosen([...(input.files ?? [])]), { once: true });
  input.click();
}

/** Milliseconds that a browser has to begin a download from memory. */
const memoryTime = 60_000;

/** Asks the browser to save a file. Nothing tells whether it was saved: the browser or the user may refuse. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), memoryTime);
}

import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PageSettings } from '../contract.ts';
import { Camera, hasCamera } from './camera.tsx';
import { problem, showPicture } from './picture.ts';

/** Ways to bring a picture in: choose, photograph, drop, paste, or one of the page's own. */
export function OpenPicture({
  samples,
  chooser,
}: {
  samples: PageSettings['samples'];
  chooser: RefObject<HTMLInputElement | null>;
}) {
  const [isCameraOpen, setCameraOpen] = useState(false);
  useEffect(() => {
    const allow = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      take(event.dataTransfer?.files);
    };
    const paste = (event: ClipboardEvent) => take(event.clipboardData?.files);
    addEventListener('dragover', allow);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', allow);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  return (
    <div class="open-picture">
      <label class="file">
        <span>Open a picture</span>
        <input
          ref={chooser}
          type="file"
          accept="image/*"
          onChange={({ currentTarget }) => {
            take(currentTarget.files);
            currentTarget.value = '';
          }}
        />
      </label>
      <label class="file phone-camera">
        <span>Take a picture</span>
        <input
          type="file"
          accept="image/*"
          capture="environment"
          onChange={({ currentTarget }) => {
            take(currentTarget.files);
            currentTarget.value = '';
          }}
        />
      </label>
      {hasCamera && (
        <button type="button" class="computer-camera" onClick={() => setCameraOpen(true)}>
          Use the camera
        </button>
      )}
      {isCameraOpen && (
        <Camera onPicture={(picture) => void showPicture('the camera', picture)} onClose={() => setCameraOpen(false)} />
      )}
      <span class="muted">or drop one anywhere, or paste it. It stays in this browser.</span>
      {samples.length > 0 && (
        <ul class="samples" aria-label="Sample pictures">
          {samples.map(({ name, file }) => (
            <li key={file}>
              <button type="button" onClick={() => void openSample(name, file)}>
                <img src={file} alt={name} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function take(files: FileList | undefined | null): void {
  const [file] = files ?? [];
  if (file) void showPicture(file.name, file);
}

async function openSample(name: string, file: string): Promise<void> {
  const response = await fetch(file).catch(() => null);
  if (response?.ok) await showPicture(name, await response.blob());
  else problem.value = `${file} could not be loaded. Is the page's folder complete?`;
}

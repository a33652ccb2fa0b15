import { useEffect, useRef, useState } from 'preact/hooks';

interface CameraProps {
  onPicture: (picture: Blob) => void;
  onClose: () => void;
}

/** Whether the browser lets this page ask for a camera: only where it is served over `https://` or from this machine. */
export const hasCamera = 'mediaDevices' in navigator;

/** What a computer's camera sees, until a picture is taken of it. Phones have a camera of their own for that. */
export function Camera({ onPicture, onClose }: CameraProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'asking' | 'seeing' | 'refused'>('asking');

  useEffect(() => {
    let stream: MediaStream | null = null;
    let isGone = false;
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    dialog.current?.showModal();
    navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: 'environment' } }).then(
      (given) => {
        stream = given;
        if (isGone) stop();
        else if (video.current) video.current.srcObject = given;
      },
      () => setState('refused'),
    );
    return () => {
      isGone = true;
      stop();
    };
  }, []);

  const take = async () => {
    const picture = video.current && (await pictureOf(video.current));
    if (picture) onPicture(picture);
    dialog.current?.close();
  };

  return (
    <dialog ref={dialog} class="camera" aria-labelledby="camera-title" onClose={onClose}>
      <h2 id="camera-title">Take a picture</h2>
      {state === 'refused' ? (
        <p role="alert">
          There is no camera that this page may use: none is connected, another program has it, or the browser was told
          not to give it. Allow it beside the address, and try again.
        </p>
      ) : (
        <video ref={video} autoplay muted playsinline onLoadedData={() => setState('seeing')} />
      )}
      <div class="toolbar">
        <button type="button" disabled={state !== 'seeing'} onClick={() => void take()}>
          Take it
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

/** What the camera sees now, without loss: a JPEG's blocks would be the first thing that the model sees. */
function pictureOf(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve));
}

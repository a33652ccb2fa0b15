import type { Running } from '../contract.ts';
import { loading } from './model.ts';

/** What the page is, and what it does with pictures. */
export function About() {
  const opened = loading.value.state === 'ready' ? loading.value : null;
  const settings = opened?.settings;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>About this page</h1>
      </header>
      <section class="about">
        <p>
          It shows what an image classifier looked at. The model and its gradients run in this browser: no picture
          leaves it, and nothing is loaded from elsewhere.
        </p>
        {settings && opened && (
          <dl class="facts-list">
            <Fact name="model" text={settings.source.file} />
            <Fact name="SHA-256 of the model" text={settings.source.sha256} />
            <Fact name="classes" text={String(settings.classCount)} />
            <Fact name="picture" text={`${settings.image.width} × ${settings.image.height} pixels`} />
            <Fact name="runs on" text={runsOn(opened.running)} />
            <Fact name="made with" text={`Gradline ${settings.gradline}`} />
          </dl>
        )}
        {opened && (
          <p>
            {opened.running.instead && `WebGPU is not used: ${opened.running.instead}. `}
            <a href={`?provider=${opened.running.provider === 'webgpu' ? 'wasm' : 'webgpu'}#/about`}>
              {opened.running.provider === 'webgpu' ? 'Run it in WebAssembly' : 'Try WebGPU'}
            </a>
          </p>
        )}
        {settings?.warnings.map((warning) => (
          <p key={warning}>{warning}</p>
        ))}
        <p>
          <a href="licenses.md">Licences of what the page is made of</a>
        </p>
      </section>
    </>
  );
}

function runsOn({ provider, device, threads }: Running): string {
  if (provider === 'webgpu') return `WebGPU: ${device}`;
  return `WebAssembly, ${threads === 1 ? 'one thread: this host does not allow more' : `${threads} threads`}`;
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

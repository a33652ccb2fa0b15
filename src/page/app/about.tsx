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
          It shows what an image classifier looked at. The model and its gradients run in this browser: no picture leaves it, and
          nothing is loaded from elsewhere.
        </p>
        {settings && opened && (
          <dl class="facts-list">
            <Fact name="model" text={settings.source.file} />
            <Fact name="SHA-256 of the model" text={settings.source.sha256} />
            <Fact name="classes" text={String(settings.classCount)} />
            <Fact name="picture" text={`${settings.image.width} × ${settings.image.height} pixels`} />
            <Fact name="threads" text={opened.threads === 1 ? 'one: this host does not allow more' : String(opened.threads)} />
            <Fact name="made with" text={`Gradline ${settings.gradline}`} />
          </dl>
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

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

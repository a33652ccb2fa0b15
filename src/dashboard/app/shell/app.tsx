import { useEffect } from 'preact/hooks';
import { Shell } from '../../../shared/page/shell/shell.tsx';
import { openSession, session } from '../api.ts';
import { isLive, listen, problem } from '../live.ts';
import { Notices } from './notices.tsx';
import { SignIn } from './sign-in.tsx';
import { StatusLine } from './status-line.tsx';
import { runView, views } from './views.ts';

export function App() {
  useEffect(() => {
    listen();
    void keepTrying();
  }, []);
  if (session.value === null) return <p class="loading">Loading the dashboard.</p>;
  if (session.value === 'sign-in') return <SignIn />;
  return (
    <Shell bar={views} others={[runView]} title="Gradline dashboard">
      <StatusLine isLive={isLive.value} problem={problem.value} />
      <Notices />
    </Shell>
  );
}

/** Until the server answers: it may be starting. */
async function keepTrying(): Promise<void> {
  try {
    await openSession();
  } catch {
    setTimeout(() => void keepTrying(), 2_000);
  }
}

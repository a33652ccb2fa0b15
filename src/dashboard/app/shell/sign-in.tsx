import { useState } from 'preact/hooks';
import { openSession, tell } from '../api.ts';

export function SignIn() {
  const [token, setToken] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const signIn = async () => {
    setRefusal(null);
    try {
      await tell('sign-in', { token });
      await openSession();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <h1>Gradline dashboard</h1>
        <p class="muted">It asks for the token that it was started with.</p>
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            value={token}
            aria-invalid={refusal !== null}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        {refusal !== null && (
          <p class="refusal" role="alert">
            {refusal}
          </p>
        )}
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
    </main>
  );
}

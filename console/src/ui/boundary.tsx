import { Component, type JSX, type ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error?: Error;
}

/** A page that can't be shown does not take the rest of the console with it. */
export class Boundary extends Component<Props, State> {
  override state: State = {};

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

/** The files of a page are gone after the server was updated. */
const MISSING_FILE = /dynamically imported module|module script|Unable to preload/;

function Broken({ error }: { readonly error: Error }): JSX.Element {
  const isOld = MISSING_FILE.test(error.message);
  return (
    <main className="page" role="alert">
      <h1>{isOld ? 'This page could not be loaded' : 'This page can’t be shown'}</h1>
      <p className="sub">
        {isOld ? 'The console was updated, or the server can’t be reached.' : error.message}
      </p>
      <p className="acts">
        <button type="button" className="b p" onClick={() => location.reload()}>
          Load it again
        </button>
      </p>
    </main>
  );
}

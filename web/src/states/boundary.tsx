/** A page that breaks must not take the frame with it. */

import { Component, type ReactNode } from "react";

interface BoundaryProps {
  /** A new key, a new try: the address of the page. */
  at: string;
  children: ReactNode;
}

interface BoundaryState {
  readonly error: Error | null;
  readonly at: string;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, at: this.props.at };

  static getDerivedStateFromError(error: Error): Partial<BoundaryState> {
    return { error };
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return props.at === state.at ? null : { error: null, at: props.at };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <section className="screen screen-bad" role="alert">
        <h2>This page broke</h2>
        <p>
          The numbers are not affected, only their display: <code>{error.message}</code>
        </p>
        <p>
          <button
            type="button"
            className="button button-first"
            onClick={() => this.setState({ error: null })}
          >
            Try again
          </button>
        </p>
      </section>
    );
  }
}
